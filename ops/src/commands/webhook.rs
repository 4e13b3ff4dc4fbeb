//! `ops webhook`: the endpoint to which Stripe delivers (<https://docs.stripe.com/api/webhook_endpoints>).

use std::collections::BTreeSet;

use pledge_domain::{error_chain::ErrorChain, ports::Randomness};
use pledge_runtime::{Secret, System};
use pledge_stripe_api::{IdempotencyKey, StripeClient};
use pledge_stripe_events::HANDLED;
use ring::digest::{SHA256, digest};
use serde::Deserialize;
use serde_json::{Value, json};
use stripe_client_core::VERSION;

use crate::{
    console::{Done, Failure, dry_run, line, note},
    stripe::{Call, Pages},
    tools::Tools,
};

const PATH: &str = "/webhook_endpoints";

/// The fields of an endpoint that this program reads.
#[derive(Debug, Deserialize)]
struct Endpoint {
    id: String,
    url: String,
    status: String,
    enabled_events: BTreeSet<String>,
    /// The version of the API in which events are sent; none for the account's default.
    api_version: Option<String>,
    /// The signing secret. Stripe shows it once, in the answer that makes the endpoint.
    secret: Option<String>,
}

/// Makes the endpoint at `url`, or corrects the one that is there.
pub async fn register(tools: &Tools, url: &str, store: Option<&str>, apply: bool) -> Result<Done, Failure> {
    let stripe = tools.stripe()?;
    let mut there = endpoints(&stripe).await?;
    there.retain(|endpoint| endpoint.url == url);
    match there.as_slice() {
        [] => create(tools, &stripe, url, store, apply).await,
        [endpoint] => correct(&stripe, endpoint, apply).await,
        several => {
            let ids: Vec<_> = several.iter().map(|endpoint| endpoint.id.as_str()).collect();
            Err(format!(
                "Stripe delivers everything to this address several times: delete all but one of {}",
                ids.join(", ")
            )
            .into())
        }
    }
}

async fn create(
    tools: &Tools,
    stripe: &StripeClient,
    url: &str,
    store: Option<&str>,
    apply: bool,
) -> Result<Done, Failure> {
    note(format_args!("No endpoint has the address {url}."));
    // The vault is read before the endpoint is made, since Stripe gives the endpoint's secret only once.
    let vault = tools.vault();
    let before = match store {
        Some(arn) => vault.read_if_stored(arn).await?,
        None => None,
    };
    if !apply {
        dry_run(format_args!("one would be made for {} kinds of events, with API version {VERSION}", HANDLED.len()));
        return Ok(Done::All);
    }
    let parameters = json!({
        "url": url,
        "enabled_events": HANDLED,
        "api_version": VERSION.as_str(),
        "description": "Pledge",
    });
    // The key serves repetitions of this call only: the next call would find the endpoint in the list.
    let key = IdempotencyKey::new(System.uuid().to_string())?;
    let Endpoint { id, secret, .. } = stripe.create(&Call::post(PATH, parameters), &key).await?;
    line(format_args!("{id}\tmade"))?;
    let Some(secret) = secret else { return Err("Stripe gave no signing secret: make a new one".into()) };
    let print = fingerprint(&secret);
    let Some(arn) = store else {
        note("Its signing secret, which nobody will show again:");
        line(&secret)?;
        note(format_args!(
            "Fingerprint (SHA-256): {print}. Store it in the secret behind STRIPE_WEBHOOK_SECRETS_SECRET_ARN; while an older \
             endpoint still delivers, after the older secret and a comma. docs/SECURITY.md has the steps."
        ));
        return Ok(Done::All);
    };
    let stored = vault.write(arn, &together(before.as_ref(), &secret)).await;
    stored.map_err(|error| {
        let error = ErrorChain(&error);
        format!("the signing secret of {id} couldn't be stored, and is lost: delete {id} and register again; {error}")
    })?;
    note(format_args!(
        "Its signing secret is stored (SHA-256 {print}). Functions that run read it when a signature matches none that they \
         know. When an older endpoint is deleted, take its secret out: docs/SECURITY.md."
    ));
    Ok(Done::All)
}

/// Returns the stored secrets, which endpoints still sign with, followed by the new one.
fn together(before: Option<&Secret>, new: &str) -> Secret {
    let known = before.map(Secret::expose).unwrap_or_default();
    let all = known.split(',').map(str::trim).filter(|secret| secret.starts_with("whsec_")).chain([new]);
    Secret::new(all.collect::<Vec<_>>().join(","))
}

async fn correct(stripe: &StripeClient, endpoint: &Endpoint, apply: bool) -> Result<Done, Failure> {
    let id = &endpoint.id;
    let version = endpoint.api_version.as_deref().unwrap_or("the account's default");
    let wrong_version = version != VERSION.as_str();
    if wrong_version {
        note(format_args!(
            "{id} delivers API version {version}, and Stripe can't change that. Payloads of any version are understood; \
             for version {VERSION}, delete the endpoint and register it again."
        ));
    }
    let wanted: BTreeSet<_> = HANDLED.iter().map(|&kind| kind.to_owned()).collect();
    let (missing, needless) =
        (wanted.difference(&endpoint.enabled_events), endpoint.enabled_events.difference(&wanted));
    let mut differences: Vec<_> = missing.map(|kind| format!("+ {kind}")).collect();
    differences.extend(needless.map(|kind| format!("- {kind}")));
    if endpoint.status != "enabled" {
        differences.push(format!("+ enabled, it is {}", endpoint.status));
    }
    for difference in &differences {
        line(format_args!("{id}\t{difference}"))?;
    }
    if differences.is_empty() {
        note(format_args!("{id} gets exactly the events that are handled."));
    } else if apply {
        let parameters = json!({ "enabled_events": HANDLED, "disabled": false });
        let _: Value = stripe.send(&Call::post(format!("{PATH}/{id}"), parameters)).await?;
        line(format_args!("{id}\tcorrected"))?;
    } else {
        dry_run(format_args!("{id} would be corrected"));
    }
    Ok(if wrong_version { Done::SomethingLeft } else { Done::All })
}

async fn endpoints(stripe: &StripeClient) -> Result<Vec<Endpoint>, Failure> {
    let mut endpoints = Vec::new();
    let mut pages = Pages::new(stripe, PATH, json!({}));
    while let Some(page) = pages.next().await? {
        for object in page {
            endpoints.push(serde_json::from_value(object)?);
        }
    }
    Ok(endpoints)
}

/// Returns the first eight bytes of the secret's SHA-256 in hexadecimal digits, by which two people can tell whether they
/// have the same secret without showing it.
fn fingerprint(secret: &str) -> String {
    hex::encode(&digest(&SHA256, secret.as_bytes()).as_ref()[..8])
}
