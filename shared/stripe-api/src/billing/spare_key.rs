//! Making something of which there should be one, under a key that has no attempts to count.

use pledge_domain::ports::{BillingError, GatewayError};
use serde::de::DeserializeOwned;
use stripe_client_core::StripeRequest;

use crate::{StripeClient, StripeError, key::key};

/// How many keys are tried.
const KEYS: u32 = 3;

/// Sends the request under `name`; if that key is spent, under `name:2` and so on.
///
/// A key can be spent by a failure of Stripe's that it has stored, or by other parameters, such as an address that has
/// changed since. With one key, the reader would be locked out until Stripe forgets it, a day later. Since everybody
/// takes the same keys in the same order, and a spent key stays spent, they still end with the same object.
pub async fn create<A: DeserializeOwned>(
    client: &StripeClient,
    request: &impl StripeRequest,
    name: &str,
) -> Result<A, BillingError> {
    let mut generation = 1;
    loop {
        let name = if generation == 1 { name.to_owned() } else { format!("{name}:{generation}") };
        let result: Result<A, StripeError> = client.create(request, &key(&name)?).await;
        match result.map_err(BillingError::from) {
            Err(BillingError::Gateway(GatewayError::Spent(_))) if generation < KEYS => generation += 1,
            other => return other,
        }
    }
}
