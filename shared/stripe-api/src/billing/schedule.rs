//! Subscription schedules (<https://docs.stripe.com/billing/subscriptions/subscription-schedules>). This project makes none,
//! but whoever uses Stripe's dashboard may.

use serde::{Serialize, de::IgnoredAny};

use crate::{
    StripeClient, StripeError,
    billing::{call::Call, error::refusal},
};

#[derive(Serialize)]
struct Releasing {
    /// Whether the subscription keeps the end that the schedule has set for it.
    preserve_cancel_date: bool,
}

/// Releases a schedule, which leaves its subscription as it is (<https://docs.stripe.com/api/subscription_schedules/release>).
/// A refusal is no error, since it means that the schedule was released or has ended meanwhile.
pub async fn release(client: &StripeClient, schedule: &str) -> Result<(), StripeError> {
    let call =
        Call::post(format!("/subscription_schedules/{schedule}/release"), Releasing { preserve_cancel_date: true });
    let answer: Result<IgnoredAny, StripeError> = client.send(&call).await;
    match answer {
        Err(error) if refusal(&error).is_none() => Err(error),
        Ok(_) | Err(_) => Ok(()),
    }
}
