//! `ops portal`: the configuration of Stripe's billing portal
//! (<https://docs.stripe.com/api/customer_portal/configurations>).

use pledge_domain::ports::Randomness;
use pledge_runtime::System;
use pledge_stripe_api::{IdempotencyKey, PORTAL_MARK, StripeClient};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::{
    console::{Done, Failure, dry_run, line, note},
    stripe::{Call, Pages},
    tools::Tools,
};

const PATH: &str = "/billing_portal/configurations";

/// The portal's features, and whether each is on. Cancelling and changing tiers are off: they are endpoints of ours, and
/// in the portal they would go past our rules.
const FEATURES: [(&str, bool); 5] = [
    ("customer_update", false),
    ("invoice_history", true),
    ("payment_method_update", true),
    ("subscription_cancel", false),
    ("subscription_update", false),
];

/// The fields of a configuration that this program reads.
#[derive(Debug, Deserialize)]
struct Configuration {
    id: String,
    features: Map<String, Value>,
    #[serde(default)]
    metadata: Map<String, Value>,
}

/// Makes our configuration, or corrects the one that is there.
pub async fn register(tools: &Tools, apply: bool) -> Result<Done, Failure> {
    let stripe = tools.stripe()?;
    match ours(&stripe).await?.as_slice() {
        [] => create(&stripe, apply).await,
        [configuration] => correct(&stripe, configuration, apply).await,
        several => {
            let ids: Vec<_> = several.iter().map(|configuration| configuration.id.as_str()).collect();
            Err(format!("Several configurations have our mark: deactivate all but one of {}", ids.join(", ")).into())
        }
    }
}

async fn create(stripe: &StripeClient, apply: bool) -> Result<Done, Failure> {
    note(format_args!("No active configuration of the billing portal is ours."));
    if !apply {
        dry_run(format_args!("one would be made: another card, invoices and receipts, and nothing else"));
        return Ok(Done::All);
    }
    let (name, value) = PORTAL_MARK;
    let parameters = json!({ "name": "Pledge", "features": features(), "metadata": { name: value } });
    // The key serves repetitions of this call only: the next call would find the configuration in the list.
    let key = IdempotencyKey::new(System.uuid().to_string())?;
    let made: Configuration = stripe.create(&Call::post(PATH, parameters), &key).await?;
    line(format_args!("{}\tmade", made.id))?;
    Ok(Done::All)
}

async fn correct(stripe: &StripeClient, configuration: &Configuration, apply: bool) -> Result<Done, Failure> {
    let id = &configuration.id;
    let is_on = |name: &str| configuration.features.get(name).is_some_and(|feature| feature["enabled"] == true);
    let wrong: Vec<_> = FEATURES.iter().filter(|(name, wanted)| is_on(name) != *wanted).collect();
    for (name, wanted) in &wrong {
        line(format_args!("{id}\t{} {name}", if *wanted { "+" } else { "-" }))?;
    }
    if wrong.is_empty() {
        note(format_args!("{id} lets readers do what they are to do there, and nothing else."));
    } else if apply {
        let parameters = json!({ "features": features() });
        let _: Value = stripe.send(&Call::post(format!("{PATH}/{id}"), parameters)).await?;
        line(format_args!("{id}\tcorrected"))?;
    } else {
        dry_run(format_args!("{id} would be corrected"));
    }
    Ok(Done::All)
}

fn features() -> Value {
    FEATURES.iter().map(|(name, enabled)| ((*name).to_owned(), json!({ "enabled": enabled }))).collect()
}

async fn ours(stripe: &StripeClient) -> Result<Vec<Configuration>, Failure> {
    let (name, value) = PORTAL_MARK;
    let mut ours = Vec::new();
    let mut pages = Pages::new(stripe, PATH, json!({ "active": true }));
    while let Some(page) = pages.next().await? {
        for object in page {
            let configuration: Configuration = serde_json::from_value(object)?;
            if configuration.metadata.get(name).is_some_and(|known| known == value) {
                ours.push(configuration);
            }
        }
    }
    Ok(ours)
}
