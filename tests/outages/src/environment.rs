//! A local cloud with a proxy before every system that its functions need.

use std::time::Duration;

use bytes::Bytes;
use hyper::Request;
use pledge_driver::Driver;
use pledge_faults::{HttpFaultProxy, Setup, TcpProxy};
use pledge_local::{Cloud, Options};
use pledge_stand_ins::Clock;
use url::Url;

/// The number of deliveries that Stripe sends at once.
const DELIVERIES: usize = 8;

/// A local cloud and its proxies.
pub struct TestEnvironment {
    /// The cloud. Its endpoints lead past the proxies.
    pub cloud: Cloud,
    /// The driver of the cloud, which doesn't use the proxies.
    pub driver: Driver,
    /// The proxy before PostgreSQL.
    pub postgres: TcpProxy,
    /// The proxy before SQS. It forwards requests to the rest of AWS, which has the same address.
    pub sqs: HttpFaultProxy,
    /// The proxy before Stripe's API.
    pub stripe: HttpFaultProxy,
    /// The proxy before Klaviyo's API.
    pub klaviyo: HttpFaultProxy,
    /// The proxy before our API, at the address to which Stripe delivers.
    pub webhooks: HttpFaultProxy,
}

impl TestEnvironment {
    /// Starts a cloud in which Stripe's clock is behind by this much, and deploys it with the proxies' addresses.
    pub async fn start(behind: Duration) -> Self {
        let options = Options::default();
        let home = options.home.join("outage-cloud");
        let clock = Clock::behind(behind);
        let cloud = Cloud::start(Options { home, port: 0, clock, ..options }).await.unwrap();
        let mut endpoints = cloud.endpoints().clone();
        let driver = Driver::new(endpoints.clone()).unwrap();
        // Committed data have to survive a crash of the server, as in production.
        let database = driver.database.connect().await.unwrap();
        database.batch_execute("alter role pledge set synchronous_commit = on").await.unwrap();
        driver.stripe.concurrency(DELIVERIES).await.unwrap();

        let mut database_url: Url = endpoints.database_url.parse().unwrap();
        let server = (database_url.host_str().unwrap().to_owned(), database_url.port().unwrap());
        let postgres = TcpProxy::start(server, Setup::default()).await;
        let sqs = HttpFaultProxy::before(&endpoints.aws_endpoint_url, is_for_sqs).await;
        let stripe = HttpFaultProxy::before(&endpoints.stripe_api_base, |_| true).await;
        let klaviyo = HttpFaultProxy::before(&endpoints.klaviyo_api_base, |_| true).await;
        let webhooks = HttpFaultProxy::before(&endpoints.api, |_| true).await;
        let delivered_at = format!("{}/webhooks/stripe", webhooks.base_url());
        for endpoint in driver.stripe.list("webhook_endpoint").await.unwrap() {
            let path = format!("/v1/webhook_endpoints/{}", endpoint["id"].as_str().unwrap());
            driver.stripe.call(&path, &[("url", &delivered_at)], &endpoints).await.unwrap();
        }
        database_url.set_port(Some(postgres.address().port())).unwrap();
        endpoints.database_url = database_url.into();
        endpoints.aws_endpoint_url = sqs.base_url();
        endpoints.stripe_api_base = stripe.base_url();
        endpoints.klaviyo_api_base = klaviyo.base_url();
        endpoints.redeploy().await.unwrap();
        Self { cloud, driver, postgres, sqs, stripe, klaviyo, webhooks }
    }

    /// Returns how many connections, answers and requests all proxies have disturbed so far.
    #[must_use]
    pub fn disturbed(&self) -> usize {
        let http = [&self.sqs, &self.stripe, &self.klaviyo, &self.webhooks];
        self.postgres.disturbed() + http.map(HttpFaultProxy::disturbed).iter().sum::<usize>()
    }
}

fn is_for_sqs(request: &Request<Bytes>) -> bool {
    let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok());
    target.is_some_and(|target| target.starts_with("AmazonSQS."))
}
