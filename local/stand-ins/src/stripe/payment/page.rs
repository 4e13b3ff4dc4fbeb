//! The hosted pages of a payment intent: one to pay it in a browser, in place of Stripe.js, and the bank's page for 3-D
//! Secure. Both need the intent's client secret.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use serde_json::{Value, json};

use super::{confirm, method};
use crate::stripe::account::Account;
use crate::stripe::error::ApiError;
use crate::stripe::html::{self, escape};
use crate::stripe::objects::Fields;
use crate::stripe::state::Stripe;

/// The buttons of the payment page, each with its label and Stripe's test method behind it.
const BUTTONS: [(&str, &str); 3] = [
    ("Pay by card", "pm_card_visa"),
    ("Pay with a card that asks for 3-D Secure", "pm_card_threeDSecure2Required"),
    ("Pay with a card that is declined", "pm_card_chargeDeclined"),
];

/// Returns the routes of the pages.
pub(crate) fn router(stripe: Arc<Stripe>) -> Router {
    Router::new()
        .route("/c/confirm/{intent}", get(show_payment).post(submit_payment))
        .route("/c/authenticate/{intent}", get(show_bank).post(submit_bank))
        .with_state(stripe)
}

/// Returns the intent if the query has its client secret.
fn find(account: &Account, id: &str, query: Option<&str>) -> Option<Value> {
    let intent = account.find("payment_intent", id).ok()?;
    let mut pairs = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    pairs.any(|(name, value)| name == "client_secret" && value == intent.text("client_secret")).then_some(intent)
}

fn field(body: &[u8], wanted: &str) -> Option<String> {
    let mut pairs = url::form_urlencoded::parse(body);
    pairs.find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
}

fn not_found() -> Response {
    let page = html::page("Not found", "<h1>There is no such payment</h1>");
    (StatusCode::NOT_FOUND, Html(page)).into_response()
}

async fn show_payment(
    State(stripe): State<Arc<Stripe>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Response {
    match stripe.act(|account| find(account, &id, query.as_deref())) {
        Some(intent) => payment_page(&intent, None).into_response(),
        None => not_found(),
    }
}

fn payment_page(intent: &Value, notice: Option<&str>) -> Html<String> {
    let amount = html::money(intent.int("amount"), intent.text("currency"));
    let notice = notice.map(|text| format!("<p class=notice role=alert>{}</p>", escape(text))).unwrap_or_default();
    let body = match intent.text("status") {
        "requires_payment_method" | "requires_confirmation" | "requires_action" => {
            let buttons: String = BUTTONS
                .iter()
                .map(|(label, method)| format!("<button name=payment_method value={method}>{label}</button>"))
                .collect();
            format!("<h1>{amount}</h1>{notice}<form method=post>{buttons}</form>")
        }
        "succeeded" => format!("<h1>{amount}</h1><p>Paid. Thank you.</p>"),
        status => format!("<h1>{amount}</h1><p>This payment is: {}.</p>", escape(status)),
    };
    Html(html::page("Payment", &body))
}

async fn submit_payment(
    State(stripe): State<Arc<Stripe>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> Response {
    let chosen = field(&body, "payment_method").unwrap_or_default();
    let outcome = stripe.act(|account| {
        find(account, &id, query.as_deref())?;
        Some((pay(account, &id, &chosen), account.get(&id).clone()))
    });
    match outcome {
        None => not_found(),
        Some((Err(error), intent)) => {
            let notice = error.to_value().text("message").to_owned();
            (error.status(), payment_page(&intent, Some(&notice))).into_response()
        }
        Some((Ok(()), intent)) => match intent.pointer("/next_action/redirect_to_url/url").and_then(Value::as_str) {
            Some(bank) => Redirect::to(bank).into_response(),
            None => payment_page(&intent, None).into_response(),
        },
    }
}

fn pay(account: &mut Account, id: &str, test_method: &str) -> Result<(), ApiError> {
    if !BUTTONS.iter().any(|(_, method)| *method == test_method) {
        return Err(ApiError::missing_in("payment_method", "PaymentMethod", test_method));
    }
    if matches!(account.get(id).text("status"), "succeeded" | "canceled" | "processing") {
        return Err(ApiError::invalid("This payment is over already."));
    }
    let method = method::resolve(account, "payment_method", test_method)?;
    account.set(id, json!({ "payment_method": method }));
    confirm::confirm(account, id, false)
}

async fn show_bank(State(stripe): State<Arc<Stripe>>, Path(id): Path<String>, RawQuery(query): RawQuery) -> Response {
    let Some(intent) = stripe.act(|account| find(account, &id, query.as_deref())) else { return not_found() };
    let amount = html::money(intent.int("amount"), intent.text("currency"));
    let body = match intent.text("status") {
        "requires_action" => format!(
            "<h1>Your bank asks: is it you?</h1><p>Confirm the payment of {amount}.</p><form method=post>\
             <button name=result value=pass>Yes, confirm</button>\
             <button class=quiet name=result value=fail>No, refuse</button></form>"
        ),
        status => format!("<h1>Nothing to confirm</h1><p>This payment is: {}.</p>", escape(status)),
    };
    Html(html::page("3-D Secure", &body)).into_response()
}

async fn submit_bank(
    State(stripe): State<Arc<Stripe>>,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> Response {
    let passed = field(&body, "result").as_deref() == Some("pass");
    let done = stripe.act(|account| {
        let intent = find(account, &id, query.as_deref())?;
        Some(confirm::authenticate(account, &id, passed).map(|()| intent))
    });
    match done {
        None => not_found(),
        Some(Err(error)) => error.into_response(),
        Some(Ok(intent)) => match way_back(&intent, passed) {
            Some(url) => Redirect::to(&url).into_response(),
            None => show_bank(State(stripe), Path(id), RawQuery(query)).await,
        },
    }
}

/// Returns the `return_url` that the intent was confirmed with, and the parameters that Stripe adds.
fn way_back(intent: &Value, passed: bool) -> Option<String> {
    let url = intent.pointer("/next_action/redirect_to_url/return_url")?.as_str()?;
    let mut url = url::Url::parse(url).ok()?;
    url.query_pairs_mut()
        .append_pair("payment_intent", intent.text("id"))
        .append_pair("payment_intent_client_secret", intent.text("client_secret"))
        .append_pair("redirect_status", if passed { "succeeded" } else { "failed" });
    Some(url.into())
}
