//! `GET /v1/subscriptions`. <https://docs.stripe.com/api/subscriptions/list>

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::stripe::account::Account;
use crate::stripe::api::{Call, Reply};
use crate::stripe::billing::lifecycle;
use crate::stripe::filters::{Created, is};
use crate::stripe::objects::Fields;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    customer: Option<String>,
    price: Option<String>,
    status: Option<Status>,
    created: Option<Created>,
}

#[derive(Clone, Copy, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    Active,
    All,
    Canceled,
    Ended,
    Incomplete,
    IncompleteExpired,
    PastDue,
    Paused,
    Trialing,
    Unpaid,
}

pub(super) fn list(account: &mut Account, call: &Call) -> Reply {
    let filter: List = call.params()?;
    let has_status = |subscription: &Value| {
        let status = subscription.text("status");
        match filter.status {
            // Without a filter, Stripe leaves out subscriptions that were cancelled.
            None => status != "canceled",
            Some(Status::All) => true,
            Some(Status::Ended) => matches!(status, "canceled" | "incomplete_expired"),
            Some(wanted) => json!(wanted) == status,
        }
    };
    let fits = |subscription: &&Value| {
        is(subscription, "customer", filter.customer.as_deref())
            && has_status(subscription)
            && filter.price.as_deref().is_none_or(|price| {
                let mut items = lifecycle::items(subscription).iter();
                items.any(|item| item.pointer("/price/id").is_some_and(|id| id == price))
            })
            && Created::fits(filter.created.as_ref(), subscription)
    };
    call.list(account.objects.newest_first("subscription").filter(fits))
}
