//! Starts, watches and stops all parts of the local cloud.

use std::fs::{self, File, TryLockError};
use std::net::Ipv4Addr;
use std::process::ExitStatus;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::console::{Activity, Console, Watch};
use crate::database::{Database, Shutdown};
use crate::deployment::{Deployed, deploy};
use crate::emulator::Emulator;
use crate::front::{self, Apis};
use crate::stand_ins::{self, StandIns};
use crate::storefront::{Address, Storefront, Systems};
use crate::{Endpoints, Error, Options};

/// A running local cloud. [`Cloud::stop`] ends it in order; dropping it kills what it runs.
///
/// The cloud's programs also end with the thread that started them, so start it where it is used.
#[derive(Debug)]
pub struct Cloud {
    options: Options,
    endpoints: Endpoints,
    front: JoinHandle<std::io::Result<()>>,
    activity: Activity,
    _watch: Watch,
    emulator: Emulator,
    database: Database,
    _stand_ins: StandIns,
    _storefront: Storefront,
    _lock: File,
}

impl Cloud {
    /// Starts all parts and returns when the API answers.
    ///
    /// # Errors
    /// If a part can't be started; the others are stopped.
    pub async fn start(options: Options) -> Result<Self, Error> {
        let lock = own_home(&options)?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port))
            .await
            .map_err(|source| Error::PortTaken { port: options.port, source })?;
        let address = listener.local_addr().map_err(Error::io("the API has no address"))?;
        let api = format!("http://{address}");

        let progress = options.progress;
        let (database, stand_ins, emulator) = tokio::try_join!(
            async {
                let database = Database::start(&options).await?;
                progress.ready("PostgreSQL", &database.url);
                Ok(database)
            },
            async {
                let stand_ins = StandIns::start(&api, &options.clock).await?;
                progress.ready("Stripe", &stand_ins.stripe());
                progress.ready("Klaviyo", &stand_ins.klaviyo());
                progress.ready("Firebase", &stand_ins.firebase());
                Ok(stand_ins)
            },
            async {
                let emulator = Emulator::start(&options).await?;
                progress.ready("AWS", &emulator.url);
                Ok(emulator)
            },
        )?;

        let address = Address::take(&options).await?;
        let storefront_url = address.url.clone();
        stand_ins.send_mail_links_to(&storefront_url);
        let systems = Systems {
            api: &api,
            stripe: &stand_ins.stripe(),
            firebase: &format!("http://{}", stand_ins.firebase()),
            firebase_project: stand_ins::FIREBASE_PROJECT_ID,
        };
        let storefront = Storefront::serve(address, &options.project, &systems);
        progress.ready("Storefront", &storefront_url);
        let controls = stand_ins.controls(&api);
        let mut endpoints = Endpoints {
            api,
            database_url: database.url.clone(),
            aws_endpoint_url: emulator.url.clone(),
            stripe_api_base: stand_ins.stripe(),
            stripe_secret_key: stand_ins::STRIPE_SECRET_KEY.to_owned(),
            stripe_webhook_secret: stand_ins::STRIPE_WEBHOOK_SECRET.to_owned(),
            klaviyo_api_base: stand_ins.klaviyo(),
            klaviyo_api_key: stand_ins::KLAVIYO_API_KEY.to_owned(),
            firebase_auth_emulator_host: stand_ins.firebase(),
            firebase_project_id: stand_ins::FIREBASE_PROJECT_ID.to_owned(),
            klaviyo_queue_url: String::new(),
            klaviyo_dead_letter_queue_url: String::new(),
            preorder_prices: stand_ins.preorder_prices.clone(),
            public_site_url: options.public_site_url.clone().unwrap_or_else(|| storefront_url.clone()),
            storefront: storefront_url,
            controls,
            logs: options.logs(),
        };
        let Deployed { http_api_id, webhook_api_id, klaviyo_queue_url, klaviyo_dead_letter_queue_url } =
            deploy(&options, &endpoints).await?;
        endpoints.klaviyo_queue_url = klaviyo_queue_url;
        endpoints.klaviyo_dead_letter_queue_url = klaviyo_dead_letter_queue_url;
        let activity = Activity::default();
        let watch = Watch::start(&activity, stand_ins.logs(), &endpoints, options.record_rows).await?;
        let console = Console::new(activity.clone(), endpoints.clone(), &options);
        let (port, forwarded) = (emulator.port, activity.clone());
        let front = tokio::spawn(async move {
            let apis = Apis { port, api: &http_api_id, webhooks: &webhook_api_id };
            front::serve(listener, &apis, console.router(), forwarded).await
        });
        progress.ready("API", &endpoints.api);
        endpoints.write(&options.endpoints_file())?;
        Ok(Self {
            options,
            endpoints,
            front,
            activity,
            _watch: watch,
            emulator,
            database,
            _stand_ins: stand_ins,
            _storefront: storefront,
            _lock: lock,
        })
    }

    /// Returns every address of the cloud.
    #[must_use]
    pub fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    /// Returns the record of everything that happens in the cloud.
    #[must_use]
    pub fn activity(&self) -> &Activity {
        &self.activity
    }

    /// Resolves when a program that should go on running has ended, with its name and status.
    pub async fn ended(&mut self) -> (&'static str, Option<ExitStatus>) {
        tokio::select! {
            ended = self.emulator.process.ended() => ended,
            ended = self.database.server.ended() => ended,
        }
    }

    /// Shuts PostgreSQL down and starts it again after a while, at the same address and with the same data.
    ///
    /// # Errors
    /// If it doesn't start again.
    pub async fn restart_database(&mut self, how: Shutdown, down: Duration) -> Result<(), Error> {
        self.database.restart(&self.options, how, down).await
    }

    /// Stops all parts and waits until they are gone.
    pub async fn stop(self) {
        // The file names programs that are about to stop. If it is gone already, nothing is left to do.
        _ = fs::remove_file(self.options.endpoints_file());
        self.front.abort();
        self.emulator.process.stop().await;
        self.database.server.stop().await;
    }
}

/// Locks the cloud's folder for as long as the returned file stays open, and removes what the last cloud left there.
fn own_home(options: &Options) -> Result<File, Error> {
    let failed = || Error::io(format!("{} could not be used", options.home.display()));
    fs::create_dir_all(&options.home).map_err(failed())?;
    let lock = File::create(options.home.join("cloud.lock")).map_err(failed())?;
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Err(Error::RunsAlready(options.home.clone())),
        Err(TryLockError::Error(source)) => return Err(failed()(source)),
    }
    for folder in [options.logs(), options.temporary()] {
        if folder.exists() {
            fs::remove_dir_all(&folder).map_err(failed())?;
        }
        fs::create_dir(&folder).map_err(failed())?;
    }
    Ok(lock)
}
