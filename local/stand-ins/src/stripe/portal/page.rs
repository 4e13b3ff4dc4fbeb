//! The page of the portal, on which a customer changes their card, sees invoices and, where that is allowed, cancels.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use serde_json::{Value, json};

use super::session::{allows, open};
use crate::stripe::account::Account;
use crate::stripe::billing::lifecycle;
use crate::stripe::error::ApiError;
use crate::stripe::html::{self, escape};
use crate::stripe::objects::Fields;
use crate::stripe::payment::method;
use crate::stripe::state::Stripe;

/// The cards that the page offers, each with its label and Stripe's test method behind it.
const CARDS: [(&str, &str); 4] = [
    ("Visa 4242", "pm_card_visa"),
    ("Mastercard 4444", "pm_card_mastercard"),
    ("A card that asks for 3-D Secure", "pm_card_authenticationRequired"),
    ("A card whose charges are declined", "pm_card_chargeCustomerFail"),
];

/// Returns the routes of the page.
pub(crate) fn router(stripe: Arc<Stripe>) -> Router {
    Router::new().route("/p/session/{secret}", get(show).post(submit)).with_state(stripe)
}

async fn show(State(stripe): State<Arc<Stripe>>, Path(secret): Path<String>) -> Response {
    stripe.act(|account| match open(account, &secret) {
        Some(session) => Html(render(account, &session, None)).into_response(),
        None => gone(),
    })
}

async fn submit(State(stripe): State<Arc<Stripe>>, Path(secret): Path<String>, body: Bytes) -> Response {
    let fields: Vec<_> = url::form_urlencoded::parse(&body).into_owned().collect();
    let field = |wanted: &str| fields.iter().find(|(name, _)| name == wanted).map(|(_, value)| value.clone());
    stripe.act(|account| {
        let Some(session) = open(account, &secret) else { return gone() };
        let done = match (field("payment_method"), field("cancel")) {
            (Some(card), _) => change_card(account, &session, &card),
            (None, Some(subscription)) => cancel(account, &session, &subscription),
            (None, None) => Err(ApiError::invalid("Nothing was chosen.")),
        };
        match (done, way_back(&session)) {
            (Err(error), _) => {
                let notice = error.to_value().text("message").to_owned();
                (error.status(), Html(render(account, &session, Some(&notice)))).into_response()
            }
            (Ok(()), Some(url)) => Redirect::to(url).into_response(),
            (Ok(()), None) => Html(render(account, &session, Some("Saved."))).into_response(),
        }
    })
}

fn gone() -> Response {
    let page = html::page("Expired", "<h1>This link has expired</h1><p>Please go back and open the portal again.</p>");
    (StatusCode::GONE, Html(page)).into_response()
}

/// Returns the address to which a flow leads when it is done.
fn way_back(session: &Value) -> Option<&str> {
    session.pointer("/flow/after_completion/redirect/return_url").and_then(Value::as_str)
}

/// Makes a card the customer's default. A subscription that has a default of its own keeps it.
/// <https://docs.stripe.com/customer-management/portal-deep-links>
fn change_card(account: &mut Account, session: &Value, test_method: &str) -> Result<(), ApiError> {
    let configuration = account.get(session.text("configuration"));
    if !allows(configuration, "payment_method_update") || !CARDS.iter().any(|(_, method)| *method == test_method) {
        return Err(ApiError::invalid("This card can't be used here."));
    }
    let customer = session.text("customer");
    let before = account.find("customer", customer)?;
    let method = method::attach(account, "payment_method", test_method, customer)?;
    if let Some(settings) = account.objects.get_mut(customer).and_then(|customer| customer.get_mut("invoice_settings"))
    {
        settings.set("default_payment_method", method);
    }
    account.emit_change("customer.updated", customer, &before);
    Ok(())
}

fn cancel(account: &mut Account, session: &Value, subscription: &str) -> Result<(), ApiError> {
    let configuration = account.get(session.text("configuration")).clone();
    let before = account.find("subscription", subscription)?;
    if !allows(&configuration, "subscription_cancel") || before.text("customer") != session.text("customer") {
        return Err(ApiError::invalid("This subscription can't be cancelled here."));
    }
    if configuration.pointer("/features/subscription_cancel/mode") == Some(&json!("immediately")) {
        lifecycle::cancel(account, subscription, "cancellation_requested");
        return Ok(());
    }
    // The portal stores the period's end as a date, since every subscription here has the billing mode `flexible`.
    lifecycle::cancel_on(account, subscription, lifecycle::period(&before).1)
}

fn render(account: &Account, session: &Value, notice: Option<&str>) -> String {
    let configuration = account.get(session.text("configuration"));
    let customer = account.get(session.text("customer"));
    let notice = notice.map(|text| format!("<p class=notice role=alert>{}</p>", escape(text))).unwrap_or_default();
    let back = session
        .maybe_text("return_url")
        .map(|url| format!("<p><a href=\"{}\">&larr; Go back</a></p>", escape(url)))
        .unwrap_or_default();
    let cards =
        if allows(configuration, "payment_method_update") { card_form(account, customer) } else { String::new() };
    let invoices = if allows(configuration, "invoice_history") { invoices(account, customer) } else { String::new() };
    let cancels =
        if allows(configuration, "subscription_cancel") { cancel_forms(account, customer) } else { String::new() };
    html::page("Billing", &format!("{back}<h1>Your billing</h1>{notice}{cards}{invoices}{cancels}"))
}

fn card_form(account: &Account, customer: &Value) -> String {
    let kept = customer.pointer("/invoice_settings/default_payment_method").and_then(Value::as_str);
    let kept = kept.and_then(|id| account.get(id).pointer("/card/last4").and_then(Value::as_str));
    let kept = kept.map_or("No card yet.".to_owned(), |digits| format!("Your card ends in {digits}."));
    let buttons: String = CARDS
        .iter()
        .map(|(label, method)| format!("<button name=payment_method value={method}>{label}</button>"))
        .collect();
    format!("<h2>Payment method</h2><p>{kept}</p><form method=post>{buttons}</form>")
}

fn invoices(account: &Account, customer: &Value) -> String {
    let theirs = account
        .objects
        .newest_first("invoice")
        .filter(|invoice| invoice.text("customer") == customer.text("id") && invoice.text("status") != "draft");
    let rows: String = theirs
        .map(|invoice| {
            format!(
                "<tr><td>{}</td><td>{}</td><td>{}</td></tr>",
                escape(invoice.text("number")),
                html::money(invoice.int("total"), invoice.text("currency")),
                escape(invoice.text("status")),
            )
        })
        .collect();
    format!("<h2>Invoices</h2><table>{rows}</table>")
}

fn cancel_forms(account: &Account, customer: &Value) -> String {
    let running = account.objects.newest_first("subscription").filter(|subscription| {
        subscription.text("customer") == customer.text("id")
            && !subscription.flag("cancel_at_period_end")
            && matches!(subscription.text("status"), "active" | "trialing" | "past_due")
    });
    running
        .map(|subscription| {
            format!(
                "<form method=post><button class=quiet name=cancel value={}>Cancel the subscription</button></form>",
                escape(subscription.text("id"))
            )
        })
        .collect()
}
