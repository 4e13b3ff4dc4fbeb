//! The kinds of requests, and the rows that they work on.

mod requests;

use std::ops::RangeInclusive;

use bytes::Bytes;
use pledge_testkit::http::HttpEvent;
use serde_json::{Value, json};
use tokio_postgres::Client;

use crate::{Failure, machine};

pub use requests::messages;
use requests::{asked_by, form, from_a_browser, id, posted_by, session_completed};

/// The Firebase project.
pub const PROJECT: &str = "bench";

/// The secret with which webhooks are signed.
pub const SIGNING_SECRET: &str = "whsec_bench";

/// A kind of request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// Nothing, to find the least cost.
    Hello,
    /// A preorder form of somebody whom Firebase knows.
    InitiatePreorder,
    /// The first Checkout session of a preorder.
    CreateCheckout,
    /// The status of a signed-in reader's support of a novel.
    ChampionStatus,
    /// The first subscription of a reader who isn't stored yet.
    Subscribe,
    /// The cancelling of an active subscription.
    Cancel,
    /// The resuming of a subscription that was to end.
    Resume,
    /// A purchase of thirty days by a reader who isn't stored yet.
    Purchase,
    /// `checkout.session.completed` of a preorder that waits for it.
    StripeWebhook,
    /// One message about one row of the outbox.
    KlaviyoSender,
}

impl Work {
    /// The request by which each function of the template is measured.
    pub const FUNCTIONS: [Self; 5] =
        [Self::InitiatePreorder, Self::CreateCheckout, Self::ChampionStatus, Self::StripeWebhook, Self::KlaviyoSender];

    /// Further requests to these functions.
    pub const FURTHER: [Self; 4] = [Self::Subscribe, Self::Cancel, Self::Resume, Self::Purchase];

    /// Returns all kinds of requests to our functions.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::FUNCTIONS.into_iter().chain(Self::FURTHER)
    }

    /// Returns the name in the tables: the binary, and the request if it isn't the binary's first.
    pub fn name(self) -> String {
        let request = match self {
            Self::Subscribe => "subscribe",
            Self::Cancel => "cancel",
            Self::Resume => "resume",
            Self::Purchase => "purchase",
            _ => return self.binary().to_owned(),
        };
        format!("{} ({request})", self.binary())
    }

    /// Returns the name of the binary.
    pub fn binary(self) -> &'static str {
        match self {
            Self::Hello => "bench-hello",
            Self::InitiatePreorder => "initiate-preorder",
            Self::CreateCheckout => "create-checkout",
            Self::ChampionStatus | Self::Subscribe | Self::Cancel | Self::Resume | Self::Purchase => {
                "create-champion-subscription"
            }
            Self::StripeWebhook => "stripe-webhook",
            Self::KlaviyoSender => "klaviyo-sender",
        }
    }

    /// Returns the name of the bundle on Node.js; none if there is no peer.
    pub fn peer(self) -> Option<&'static str> {
        match self {
            Self::Hello => Some("hello"),
            Self::ChampionStatus => Some("champion-status"),
            Self::Subscribe | Self::Cancel | Self::Resume | Self::Purchase => None,
            other => Some(other.binary()),
        }
    }

    /// Inserts the rows that these requests work on, each once.
    pub async fn prepare(self, database: &Client, requests: RangeInclusive<u32>) -> Result<(), Failure> {
        let rows = match self {
            Self::Hello | Self::InitiatePreorder => return Ok(()),
            Self::CreateCheckout => include_str!("../../queries/preorders_to_pay.sql"),
            Self::ChampionStatus | Self::Subscribe | Self::Purchase => include_str!("../../queries/novel.sql"),
            Self::Cancel | Self::Resume => include_str!("../../queries/subscriptions.sql"),
            Self::StripeWebhook => include_str!("../../queries/preorders_being_paid.sql"),
            Self::KlaviyoSender => include_str!("../../queries/outbox.sql"),
        };
        let values = [
            (":first", requests.start().to_string()),
            (":last", requests.end().to_string()),
            (":ends", (self == Self::Resume).to_string()),
        ];
        let sql = values.iter().fold(rows.to_owned(), |sql, (name, value)| sql.replace(name, value));
        Ok(database.batch_execute(&sql).await?)
    }

    /// Returns the `n`th request, counted from one.
    pub fn event(self, n: u32) -> Bytes {
        const SUBSCRIPTION: &str = "/payment/stripe/champion-subscription";
        let request = match self {
            Self::Hello => HttpEvent::get("/hello"),
            Self::InitiatePreorder => HttpEvent::post("/preorders").json(&form(n)),
            Self::CreateCheckout => HttpEvent::post("/checkout").json(&json!({ "preorderId": id(n) })),
            Self::ChampionStatus => asked_by(n, SUBSCRIPTION, "novelId=1"),
            Self::Subscribe => posted_by(n, SUBSCRIPTION, &json!({ "novelId": 1, "tierLevel": 1, "autoRenew": true })),
            Self::Cancel => posted_by(n, &format!("{SUBSCRIPTION}/cancel"), &json!({ "novelId": 1 })),
            Self::Resume => posted_by(n, &format!("{SUBSCRIPTION}/resume"), &json!({ "novelId": 1 })),
            Self::Purchase => {
                posted_by(n, "/payment/stripe/champion-purchase", &json!({ "novelId": 1, "tierLevel": 1 }))
            }
            Self::StripeWebhook => {
                let body = session_completed(n);
                let signature = pledge_stripe_events::sign(body.as_bytes(), SIGNING_SECRET, machine::now());
                HttpEvent::post("/webhooks/stripe").header("stripe-signature", &signature).body(&body)
            }
            Self::KlaviyoSender => return messages([n]).to_string().into(),
        };
        from_a_browser(request).to_json().into()
    }

    /// Checks that an answer says that the work was done.
    pub fn check(self, answer: &[u8]) -> Result<(), Failure> {
        let answer: Value = serde_json::from_slice(answer)?;
        let done = match self {
            Self::KlaviyoSender => answer["batchItemFailures"].as_array().is_some_and(Vec::is_empty),
            _ => matches!(answer["statusCode"].as_u64(), Some(200 | 201)),
        };
        if done { Ok(()) } else { Err(format!("{}: {answer}", self.name()).into()) }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use pledge_testkit::functions;

    use super::Work;

    #[test]
    fn every_function_is_measured() {
        let measured: BTreeSet<String> = Work::FUNCTIONS.iter().map(|work| work.binary().to_owned()).collect();
        assert_eq!(measured, functions().into_iter().collect());
    }
}
