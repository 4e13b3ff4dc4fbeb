//! `DELETE /v1/subscriptions/{subscription}`. <https://docs.stripe.com/api/subscriptions/cancel>

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::stripe::account::Account;
use crate::stripe::api::{Call, Reply};
use crate::stripe::billing::lifecycle;
use crate::stripe::error::ApiError;
use crate::stripe::objects::Fields;
use crate::stripe::params::Clearable;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Cancel {
    cancellation_details: Option<CancellationDetails>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CancellationDetails {
    comment: Option<Clearable<String>>,
    feedback: Option<Feedback>,
}

#[derive(Clone, Copy, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum Feedback {
    CustomerService,
    LowQuality,
    MissingFeatures,
    Other,
    SwitchedService,
    TooComplex,
    TooExpensive,
    Unused,
}

pub(super) fn cancel(account: &mut Account, call: &Call) -> Reply {
    let params: Cancel = call.params()?;
    let subscription = account.find("subscription", &call.id)?;
    if matches!(subscription.text("status"), "canceled" | "incomplete_expired") {
        return Err(ApiError::missing("id", "subscription", &call.id));
    }
    if let Some(given) = params.cancellation_details {
        let details =
            account.objects.get_mut(&call.id).and_then(|subscription| subscription.get_mut("cancellation_details"));
        if let Some(details) = details {
            details.set("comment", given.comment.and_then(Clearable::into_option));
            details.set("feedback", json!(given.feedback));
        }
    }
    lifecycle::cancel(account, &call.id, "cancellation_requested");
    Ok(account.get(&call.id).clone())
}
