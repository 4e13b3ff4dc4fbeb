//! What the commands work with: the adapters of the functions, configured by the functions' variables.

use std::{io, sync::Arc};

use aws_types::SdkConfig;
use pledge_application::record_stripe_event::RecordStripeEvent;
use pledge_domain::{
    Timestamp,
    ports::{Clock, StripeEventStore},
};
use pledge_firebase::{AccountSource, FirebaseClient};
use pledge_postgres::{Database, Settings};
use pledge_queue::SqsPublisher;
use pledge_runtime::{
    Environment, Parser, Stage, System,
    aws::{self, AwsSettings},
    http,
    secrets::{self, SecretsManager},
    tls,
};
use pledge_stripe_api::StripeClient;
use rustls::ClientConfig;
use tracing::level_filters::LevelFilter;

use crate::{console::Failure, dead_letters::DeadLetters};

/// A command's calls of store methods and its own look at tables happen side by side.
const CONNECTIONS: usize = 2;

/// Everything that commands are built from. An adapter is configured when a command asks for it, so that each command
/// needs only its own variables.
pub struct Tools {
    environment: Environment,
    stage: Stage,
    tls: ClientConfig,
    http: reqwest::Client,
    aws: SdkConfig,
}

impl Tools {
    /// Reads the secrets that the environment names.
    pub async fn start(mut environment: Environment) -> Result<Self, Failure> {
        tracing_subscriber::fmt()
            .with_max_level(LevelFilter::WARN)
            .with_writer(io::stderr)
            .without_time()
            .with_target(false)
            .init();
        let mut parser = Parser::new(&environment);
        let (stage, aws) = (parser.stage(), AwsSettings::parse(&mut parser));
        let (stage, aws) = parser.finish(|| stage.zip(aws))?;
        let tls = tls::client_config(tls::web_roots())?;
        let http = http::client(tls.clone())?;
        let aws = aws::sdk_config(&aws, http.clone());
        secrets::read_all(&mut environment, &SecretsManager::new(&aws)).await;
        Ok(Self { environment, stage, tls, http, aws })
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        System.now()
    }

    /// The database in `DATABASE_URL`.
    pub fn database(&self) -> Result<Database, Failure> {
        let settings = self.configure(Settings::configured)?;
        Ok(Database::new(settings.with_connections(CONNECTIONS), Some(self.tls.clone()))?)
    }

    /// Stripe's API, with the key in `STRIPE_SECRET_KEY`.
    pub fn stripe(&self) -> Result<StripeClient, Failure> {
        let (key, base) = self
            .configure(|parser| parser.stripe_key("STRIPE_SECRET_KEY").zip(parser.optional_url("STRIPE_API_BASE")))?;
        let base = base.unwrap_or_else(|| pledge_stripe_api::API_BASE.to_owned());
        Ok(StripeClient::new(self.http.clone(), &base, &key)?)
    }

    /// The sender's queue, `KLAVIYO_QUEUE_URL`.
    pub fn queue(&self) -> Result<SqsPublisher, Failure> {
        Ok(SqsPublisher::new(&self.aws, self.queue_url()?))
    }

    /// The queue of what the sender's queue has given up.
    pub async fn dead_letters(&self) -> Result<DeadLetters, Failure> {
        DeadLetters::of(&self.aws, &self.queue_url()?).await
    }

    /// Firebase's accounts, in `FIREBASE_PROJECT_ID`.
    pub fn accounts(&self) -> Result<FirebaseClient, Failure> {
        let source = self.configure(AccountSource::parse)?;
        Ok(FirebaseClient::new(self.http.clone(), source, Arc::new(System)))
    }

    /// The webhook's use case on this store.
    pub fn recorder<Store: StripeEventStore>(
        &self,
        store: Store,
    ) -> Result<RecordStripeEvent<Store, SqsPublisher>, Failure> {
        Ok(RecordStripeEvent { store, queue: self.queue()?, livemode: self.stage.livemode() })
    }

    fn queue_url(&self) -> Result<String, Failure> {
        self.configure(|parser| parser.url("KLAVIYO_QUEUE_URL"))
    }

    fn configure<T>(&self, take: impl FnOnce(&mut Parser<'_>) -> Option<T>) -> Result<T, Failure> {
        let mut parser = Parser::new(&self.environment);
        let taken = take(&mut parser);
        Ok(parser.finish(|| taken)?)
    }
}
