//! The billing portal (<https://docs.stripe.com/customer-management/integrate-customer-portal>).

use pledge_domain::{
    ids::{CustomerId, PortalConfigurationId},
    ports::{BillingError, PortalLink},
};
use serde::{Deserialize, Serialize};

use crate::{
    StripeClient, StripeError,
    billing::{
        call::Call,
        error::{blames, is_missing},
    },
};

/// The name and value of the metadata that mark our configuration of the billing portal among those of the account.
pub const PORTAL_MARK: (&str, &str) = ("pledge", "portal");

#[derive(Serialize)]
struct Filter {
    active: bool,
    limit: u8,
}

#[derive(Deserialize)]
struct List {
    data: Vec<Configuration>,
}

#[derive(Deserialize)]
struct Configuration {
    id: PortalConfigurationId,
    #[serde(default)]
    metadata: serde_json::Map<String, serde_json::Value>,
}

/// Returns the active configuration that has our mark; none if there is none. The account's default configuration is never
/// used, since readers may be able to cancel there.
pub async fn configuration(client: &StripeClient) -> Result<Option<PortalConfigurationId>, BillingError> {
    let filter = Filter { active: true, limit: 100 };
    let list: List = client.send(&Call::get("/billing_portal/configurations", filter)).await?;
    let (name, value) = PORTAL_MARK;
    let ours = list.data.into_iter().find(|it| it.metadata.get(name).is_some_and(|known| known == value));
    Ok(ours.map(|it| it.id))
}

#[derive(Serialize)]
struct Opening<'a> {
    configuration: &'a PortalConfigurationId,
    customer: &'a CustomerId,
    return_url: &'a str,
}

#[derive(Deserialize)]
struct Session {
    url: String,
}

/// Opens a session of the portal, and returns its address; none if Stripe has no such customer. There is no idempotency
/// key, since each session expires after some minutes, and another one does no harm.
pub async fn open(
    client: &StripeClient,
    configuration: &PortalConfigurationId,
    customer: &CustomerId,
    return_url: &str,
) -> Result<Option<PortalLink>, BillingError> {
    let opening = Opening { configuration, customer, return_url };
    let opened: Result<Session, StripeError> = client.send(&Call::post("/billing_portal/sessions", opening)).await;
    match opened {
        Ok(session) => Ok(Some(PortalLink::new(session.url))),
        Err(error) if blames(&error, "customer") || is_missing(&error) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
