//! The controls of the Stripe stand-in over HTTP, for tests in other processes and for `curl`.
//!
//! | Route below `/_control` | Body |
//! |---|---|
//! | `GET objects/{id}`, `GET list/{kind}` | |
//! | `POST checkout/sessions/{id}/pay` | [`Payment`], `{}` for a card |
//! | `POST checkout/sessions/{id}/settle` | `{"paid": true}` |
//! | `POST payment_intents/{id}/authenticate` | `{"passed": true}` |
//! | `POST customers/{id}/card` | `{"payment_method": "pm_card_chargeCustomerFail"}` |
//! | refunds, disputes, collection | see `money` |
//! | `GET events`, `POST events/{id}/deliver` | |
//! | `POST events/{id}/for_account` | `{"account": "acct_…"}` |
//! | `POST events/thin` | `{"type": "v2.core.event_destination.ping", "related_object": "ed_…"}` |
//! | `GET deliveries`, `DELETE deliveries?event=` | |
//! | `POST deliveries/settings` | `{"hold", "copies", "delay_ms", "drop_new", "disabled", "secrets", "concurrency"}`, each optional |
//! | `POST deliveries/release` | `{"order": "as_created"}`, `{"order": {"shuffled": 7}}`, `{"order": {"only": ["evt_…"]}}` |
//! | `POST deliveries/retry` | |
//! | `GET idle?timeout_ms=` | long poll |

mod money;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::account::Account;
use super::checkout::pay::{self, Payment, PaymentOutcome};
use super::error::ApiError;
use super::events;
use super::payment::{confirm, method};
use super::state::Stripe;
use super::webhooks::{self, Order};

type Shared = State<Arc<Stripe>>;

pub(super) fn router(stripe: Arc<Stripe>) -> Router {
    Router::new()
        .route("/_control/objects/{id}", get(object))
        .route("/_control/list/{kind}", get(list))
        .route("/_control/checkout/sessions/{id}/pay", post(pay_session))
        .route("/_control/checkout/sessions/{id}/settle", post(settle_session))
        .route("/_control/payment_intents/{id}/authenticate", post(authenticate))
        .route("/_control/customers/{id}/card", post(replace_card))
        .route("/_control/events", get(all_events))
        .route("/_control/events/{id}/deliver", post(deliver))
        .route("/_control/events/{id}/for_account", post(tell_for_account))
        .route("/_control/events/thin", post(tell_thin))
        .route("/_control/deliveries", get(deliveries).delete(drop_deliveries))
        .route("/_control/deliveries/settings", post(settings))
        .route("/_control/deliveries/release", post(release))
        .route("/_control/deliveries/retry", post(retry))
        .route("/_control/idle", get(idle))
        .merge(money::router())
        .with_state(stripe)
}

/// Runs an action on the account and returns the object that it names.
fn act(stripe: &Stripe, action: impl FnOnce(&mut Account) -> Result<Value, ApiError>) -> Response {
    match stripe.act(action) {
        Ok(value) => Json(value).into_response(),
        Err(error) => error.into_response(),
    }
}

async fn object(State(stripe): Shared, Path(id): Path<String>) -> Response {
    act(&stripe, |account| match account.get(&id) {
        Value::Null => Err(ApiError::missing("id", "object", &id)),
        object => Ok(object.clone()),
    })
}

async fn list(State(stripe): Shared, Path(kind): Path<String>) -> Json<Vec<Value>> {
    Json(stripe.act(|account| account.objects.newest_first(&kind).cloned().collect()))
}

async fn pay_session(State(stripe): Shared, Path(id): Path<String>, Json(payment): Json<Payment>) -> Response {
    let outcome = stripe.act(|account| {
        let payment = payment.with_defaults(account.get(&id));
        pay::pay(account, &id, &payment)
    });
    let status = match &outcome {
        PaymentOutcome::Completed { .. } => StatusCode::OK,
        PaymentOutcome::Declined { .. } => StatusCode::PAYMENT_REQUIRED,
        PaymentOutcome::NotOpen { status: None } => StatusCode::NOT_FOUND,
        PaymentOutcome::NotOpen { .. } => StatusCode::CONFLICT,
        PaymentOutcome::Incomplete { .. } => StatusCode::UNPROCESSABLE_ENTITY,
    };
    (status, Json(outcome)).into_response()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Paid {
    paid: bool,
}

async fn settle_session(State(stripe): Shared, Path(id): Path<String>, Json(Paid { paid }): Json<Paid>) -> Response {
    act(&stripe, |account| pay::settle(account, &id, paid).map(|()| account.get(&id).clone()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Passed {
    passed: bool,
}

async fn authenticate(
    State(stripe): Shared,
    Path(id): Path<String>,
    Json(Passed { passed }): Json<Passed>,
) -> Response {
    act(&stripe, |account| confirm::authenticate(account, &id, passed).map(|()| account.get(&id).clone()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Card {
    payment_method: String,
}

async fn replace_card(State(stripe): Shared, Path(id): Path<String>, Json(card): Json<Card>) -> Response {
    act(&stripe, |account| {
        method::replace(account, &id, &card.payment_method)?;
        Ok(account.get(&id).clone())
    })
}

async fn all_events(State(stripe): Shared) -> Json<Vec<Value>> {
    let mut events: Vec<_> = stripe.act(|account| account.objects.newest_first("event").cloned().collect());
    events.reverse();
    Json(events)
}

async fn deliver(State(stripe): Shared, Path(id): Path<String>) -> Response {
    act(&stripe, |account| account.deliver_again(&id).map(|()| json!({ "queued": id })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Connected {
    account: String,
}

async fn tell_for_account(
    State(stripe): Shared,
    Path(id): Path<String>,
    Json(Connected { account: connected }): Json<Connected>,
) -> Response {
    act(&stripe, |account| events::tell_for_account(account, &id, &connected).map(|id| json!({ "queued": id })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Thin {
    r#type: String,
    related_object: String,
}

async fn tell_thin(State(stripe): Shared, Json(thin): Json<Thin>) -> Json<Value> {
    Json(json!({ "queued": stripe.act(|account| events::tell_thin(account, &thin.r#type, &thin.related_object)) }))
}

async fn deliveries(State(stripe): Shared) -> Response {
    Json(stripe.act(|account| account.webhooks.deliveries.clone())).into_response()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    event: Option<String>,
}

async fn drop_deliveries(State(stripe): Shared, Query(Named { event }): Query<Named>) -> Json<Value> {
    let dropped = stripe.act(|account| account.webhooks.drop_waiting(event.as_deref()));
    Json(json!({ "dropped": dropped }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    hold: Option<bool>,
    copies: Option<usize>,
    delay_ms: Option<u64>,
    drop_new: Option<bool>,
    disabled: Option<bool>,
    secrets: Option<Vec<String>>,
    concurrency: Option<usize>,
}

async fn settings(State(stripe): Shared, Json(settings): Json<Settings>) -> Json<Value> {
    stripe.act(|account| {
        if let Some(disabled) = settings.disabled {
            webhooks::api::set_disabled(account, disabled);
        }
        let webhooks = &mut account.webhooks;
        webhooks.hold = settings.hold.unwrap_or(webhooks.hold);
        webhooks.copies = settings.copies.unwrap_or(webhooks.copies);
        webhooks.delay = settings.delay_ms.map_or(webhooks.delay, Duration::from_millis);
        webhooks.drop_new = settings.drop_new.unwrap_or(webhooks.drop_new);
        webhooks.retries.concurrency = settings.concurrency.unwrap_or(webhooks.retries.concurrency);
        if let Some(secrets) = settings.secrets {
            for endpoint in &mut webhooks.endpoints {
                endpoint.secrets.clone_from(&secrets);
            }
        }
        Json(json!({
            "hold": webhooks.hold,
            "copies": webhooks.copies,
            "delay_ms": webhooks.delay.as_millis(),
            "drop_new": webhooks.drop_new,
            "concurrency": webhooks.retries.concurrency,
        }))
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Release {
    #[serde(default)]
    order: Order,
}

async fn release(State(stripe): Shared, Json(Release { order }): Json<Release>) -> Json<Value> {
    Json(json!({ "released": stripe.act(|account| account.release(&order)) }))
}

async fn retry(State(stripe): Shared) -> Json<Value> {
    stripe.act(|account| account.webhooks.retry_now());
    Json(json!({ "ok": true }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Timeout {
    timeout_ms: Option<u64>,
}

async fn idle(State(stripe): Shared, Query(Timeout { timeout_ms }): Query<Timeout>) -> Json<Value> {
    let timeout = Duration::from_millis(timeout_ms.unwrap_or(30_000));
    let idle = stripe.wait(timeout, |account| (account.webhooks.busy() == 0).then_some(())).await;
    let busy = stripe.quietly(|account| account.webhooks.busy());
    Json(json!({ "idle": idle.is_some(), "busy": busy }))
}
