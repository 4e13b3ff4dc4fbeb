//! The adapters of the functions, configured by the functions' variables, as the commands use them.

use std::{io, sync::Arc};

use aws_types::SdkConfig;
use pledge_application::{champions::Champions, record_stripe_event::RecordStripeEvent};
use pledge_domain::{
    Timestamp,
    limits::AttemptLimits,
    ports::{ChampionStore, Clock, StripeEventStore},
};
use pledge_firebase::{AccountSource, FirebaseClient};
use pledge_postgres::{Database, Settings};
use pledge_queue::SqsPublisher;
use pledge_runtime::{
    Environment, Stage, System,
    aws::{self, AwsSettings},
    http,
    secrets::{self, SecretsManager},
    tls,
};
use pledge_stripe_api::StripeClient;
use rustls::ClientConfig;
use tracing::level_filters::LevelFilter;

use crate::{console::Failure, dead_letters::DeadLetters, klaviyo::Klaviyo};

/// The number of connections: a command uses store methods and its own statements side by side.
const CONNECTIONS: usize = 2;

/// The adapters and clients that commands are built from. An adapter is configured when a command asks for it, so that
/// each command needs only its own variables.
pub struct Tools {
    environment: Environment,
    stage: Stage,
    tls: ClientConfig,
    http: reqwest::Client,
    aws: SdkConfig,
}

impl Tools {
    /// Starts the shared clients and reads the secrets that the environment names.
    pub async fn start(mut environment: Environment) -> Result<Self, Failure> {
        tracing_subscriber::fmt()
            .with_max_level(LevelFilter::WARN)
            .with_writer(io::stderr)
            .without_time()
            .with_target(false)
            .init();
        let (stage, aws) = environment.configure(|parser| parser.stage().zip(AwsSettings::parse(parser)))?;
        let tls = tls::client_config(tls::web_roots())?;
        let http = http::client(tls.clone())?;
        let aws = aws::sdk_config(&aws, http.clone());
        secrets::read_all(&mut environment, &SecretsManager::new(&aws)).await;
        Ok(Self { environment, stage, tls, http, aws })
    }

    /// Returns the present time.
    pub fn now(&self) -> Timestamp {
        System.now()
    }

    /// Returns the database that `DATABASE_URL` names.
    pub fn database(&self) -> Result<Database, Failure> {
        let settings = self.environment.configure(Settings::configured)?;
        Ok(Database::new(settings.with_connections(CONNECTIONS), Some(self.tls.clone()))?)
    }

    /// Returns a client of Stripe's API, configured by `STRIPE_SECRET_KEY`.
    pub fn stripe(&self) -> Result<StripeClient, Failure> {
        let config = self.environment.configure(pledge_stripe_api::Config::parse)?;
        Ok(StripeClient::new(self.http.clone(), &config)?)
    }

    /// Returns a client of AWS Secrets Manager in this account.
    pub fn vault(&self) -> SecretsManager {
        SecretsManager::new(&self.aws)
    }

    /// Returns a client of Klaviyo's API; none if it can't be configured, as without `KLAVIYO_API_KEY`.
    pub fn klaviyo_if_configured(&self) -> Option<Klaviyo> {
        self.klaviyo().ok()
    }

    /// Returns a client of Klaviyo's API, configured by `KLAVIYO_API_KEY`.
    pub fn klaviyo(&self) -> Result<Klaviyo, Failure> {
        Ok(Klaviyo::new(self.http.clone(), self.environment.configure(pledge_klaviyo::Config::parse)?))
    }

    /// Returns a writer of the sender's queue, which `KLAVIYO_QUEUE_URL` names.
    pub fn queue(&self) -> Result<SqsPublisher, Failure> {
        Ok(SqsPublisher::new(&self.aws, self.queue_url()?))
    }

    /// Returns the dead-letter queue of the sender's queue.
    pub async fn dead_letters(&self) -> Result<DeadLetters, Failure> {
        DeadLetters::of(&self.aws, &self.queue_url()?).await
    }

    /// Returns a client of the accounts in the Firebase project that `FIREBASE_PROJECT_ID` names.
    pub fn accounts(&self) -> Result<FirebaseClient, Failure> {
        let source = self.environment.configure(AccountSource::parse)?;
        Ok(FirebaseClient::new(self.http.clone(), source, Arc::new(System)))
    }

    /// Returns the use case of the webhook function on `store`.
    pub fn recorder<Store: StripeEventStore>(
        &self,
        store: Store,
    ) -> Result<RecordStripeEvent<Store, SqsPublisher>, Failure> {
        let renewal_grace = self.renewal_grace()?;
        let (livemode, deployment) = (self.stage.livemode(), self.stage.name().to_owned());
        Ok(RecordStripeEvent { store, queue: self.queue()?, livemode, deployment, renewal_grace })
    }

    /// Returns the use cases of the champion function on `store`, without limits on attempts.
    pub fn champions<Store: ChampionStore>(&self, store: Store) -> Result<Champions<Store, StripeClient>, Failure> {
        let limits = AttemptLimits { per_reader: None, per_card: None };
        Ok(Champions { store, billing: self.stripe()?, renewal_grace: self.renewal_grace()?, limits })
    }

    /// Returns how long access goes on after a paid period while its renewal is about to be charged.
    pub fn renewal_grace(&self) -> Result<time::Duration, Failure> {
        Ok(self.environment.configure(|parser| parser.renewal_grace())?)
    }

    fn queue_url(&self) -> Result<String, Failure> {
        Ok(self.environment.configure(pledge_queue::Config::parse)?.url)
    }
}
