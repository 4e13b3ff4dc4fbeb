//! A local cloud with a gate before everything that its functions need.

use hyper::{Request, body::Incoming};
use pledge_driver::Driver;
use pledge_local::{Cloud, Options};
use url::Url;

use crate::{cable::Cable, gate::Gate};

/// How many events Stripe delivers at once.
const DELIVERIES: usize = 8;

/// A local cloud and its gates.
#[derive(Debug)]
pub struct Town {
    /// The cloud; its endpoints lead past the gates.
    pub cloud: Cloud,
    /// Drives the cloud, past the gates.
    pub driver: Driver,
    /// To PostgreSQL.
    pub postgres: Cable,
    /// Before SQS. What else of AWS has the same address isn't troubled.
    pub sqs: Gate,
    /// Before Stripe's API.
    pub stripe: Gate,
    /// Before Klaviyo's API.
    pub klaviyo: Gate,
}

impl Town {
    /// Starts a cloud of its own, and deploys it anew with the gates' addresses.
    pub async fn start() -> Self {
        let options = Options::default();
        let home = options.home.join("outage-cloud");
        let cloud = Cloud::start(Options { home, port: 0, ..options }).await.unwrap();
        let mut endpoints = cloud.endpoints().clone();
        let driver = Driver::new(endpoints.clone()).unwrap();
        // What is acknowledged has to survive a crash of the server, as it does wherever there is money.
        let database = driver.database.connect().await.unwrap();
        database.batch_execute("alter role pledge set synchronous_commit = on").await.unwrap();
        driver.stripe.concurrency(DELIVERIES).await.unwrap();

        let mut database_url: Url = endpoints.database_url.parse().unwrap();
        let server = (database_url.host_str().unwrap().to_owned(), database_url.port().unwrap());
        let postgres = Cable::to(server).await;
        let sqs = Gate::before(&endpoints.aws_endpoint_url, is_for_sqs).await;
        let stripe = Gate::before(&endpoints.stripe_api_base, |_| true).await;
        let klaviyo = Gate::before(&endpoints.klaviyo_api_base, |_| true).await;
        database_url.set_port(Some(postgres.port())).unwrap();
        endpoints.database_url = database_url.into();
        endpoints.aws_endpoint_url = sqs.base_url();
        endpoints.stripe_api_base = stripe.base_url();
        endpoints.klaviyo_api_base = klaviyo.base_url();
        endpoints.redeploy().await.unwrap();
        Self { cloud, driver, postgres, sqs, stripe, klaviyo }
    }

    /// How much was troubled so far, at all gates.
    #[must_use]
    pub fn struck(&self) -> usize {
        self.postgres.struck() + self.sqs.struck() + self.stripe.struck() + self.klaviyo.struck()
    }
}

fn is_for_sqs(request: &Request<Incoming>) -> bool {
    let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok());
    target.is_some_and(|target| target.starts_with("AmazonSQS."))
}
