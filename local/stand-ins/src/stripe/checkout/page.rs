//! The hosted page of Checkout, a plain HTML form that a browser and `curl` can use.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::get;
use serde_json::Value;

use super::pay::{Payment, PaymentOutcome, pay};
use super::recovery;
use crate::stripe::html::{self, escape};
use crate::stripe::objects::Fields;
use crate::stripe::params::Tree;
use crate::stripe::state::Stripe;

/// Returns the routes of the page.
pub(crate) fn router(stripe: Arc<Stripe>) -> Router {
    Router::new()
        .route("/c/pay/{session}", get(show).post(submit))
        .route("/c/recover/{end}", get(recover))
        .with_state(stripe)
}

async fn show(State(stripe): State<Arc<Stripe>>, Path(id): Path<String>) -> Response {
    render(&stripe, &id, None, StatusCode::OK)
}

async fn submit(State(stripe): State<Arc<Stripe>>, Path(id): Path<String>, body: Bytes) -> Response {
    let Ok(form) = Tree::parse(&body) else {
        return render(&stripe, &id, Some("The form could not be read."), StatusCode::BAD_REQUEST);
    };
    let payment = Payment::from_form(&form);
    match stripe.act(|account| pay(account, &id, &payment)) {
        PaymentOutcome::Completed { redirect } => Redirect::to(&redirect).into_response(),
        PaymentOutcome::Declined { message } => render(&stripe, &id, Some(&message), StatusCode::PAYMENT_REQUIRED),
        PaymentOutcome::Incomplete { field } => {
            let message = format!("Please fill in: {}.", field.replace('_', " "));
            render(&stripe, &id, Some(&message), StatusCode::UNPROCESSABLE_ENTITY)
        }
        PaymentOutcome::NotOpen { .. } => render(&stripe, &id, None, StatusCode::GONE),
    }
}

/// Follows the link of an expired session to a copy of it.
async fn recover(State(stripe): State<Arc<Stripe>>, Path(end): Path<String>) -> Response {
    match stripe.act(|account| recovery::open(account, &end)) {
        Some(url) => Redirect::to(&url).into_response(),
        None => {
            let page =
                html::page("Expired", "<h1>This link doesn’t work any more</h1><p>Please go back to the shop.</p>");
            (StatusCode::GONE, Html(page)).into_response()
        }
    }
}

fn render(stripe: &Stripe, id: &str, notice: Option<&str>, status: StatusCode) -> Response {
    let (session, items) = stripe.act(|account| (account.get(id).clone(), super::line_items(account, id)));
    match session.text("status") {
        "open" => (status, Html(checkout(&session, &items, notice))).into_response(),
        "complete" => {
            let page = html::page("Paid", "<h1>This payment is complete</h1><p>There is nothing more to do here.</p>");
            (StatusCode::GONE, Html(page)).into_response()
        }
        "expired" => {
            let page = html::page(
                "Expired",
                "<h1>This page has expired</h1><p>Please go back to the shop and start again.</p>",
            );
            (StatusCode::GONE, Html(page)).into_response()
        }
        _ => {
            let page = html::page("Not found", "<h1>There is no such page</h1>");
            (StatusCode::NOT_FOUND, Html(page)).into_response()
        }
    }
}

fn checkout(session: &Value, items: &[Value], notice: Option<&str>) -> String {
    let lines: String = items
        .iter()
        .map(|item| {
            format!(
                "<tr><td>{} &times; {}</td><td>{}</td></tr>",
                item.int("quantity"),
                escape(item.text("description")),
                html::money(item.int("amount_total"), item.text("currency")),
            )
        })
        .collect();
    let total = html::money(session.int("amount_total"), session.text("currency"));
    let notice = notice.map(|text| format!("<p class=notice role=alert>{}</p>", escape(text))).unwrap_or_default();
    let back = session
        .maybe_text("cancel_url")
        .map(|url| format!("<p><a href=\"{}\">&larr; Go back to the shop</a></p>", escape(url)))
        .unwrap_or_default();
    html::page(
        "Checkout",
        &format!(
            "{back}<h1>{total}</h1><table>{lines}</table>{notice}<form method=post>{email}{phone}{shipping}\
             <button name=method value=card>Pay {total} by card</button>\
             <button class=quiet name=method value=bank_debit formnovalidate>Pay by bank debit (takes days)</button>\
             <button class=quiet name=method value=declined_card formnovalidate>Pay with a card that is declined</button>\
             </form>",
            email = email_field(session),
            phone = phone_field(session),
            shipping = shipping_fields(session),
        ),
    )
}

fn email_field(session: &Value) -> String {
    match session.pointer("/customer_details/email").and_then(Value::as_str) {
        Some(email) => format!("<label>E-mail<input value=\"{}\" disabled></label>", escape(email)),
        None => input("E-mail", "email", "email", "reader@example.com"),
    }
}

fn phone_field(session: &Value) -> String {
    match session.pointer("/phone_number_collection/enabled") {
        Some(Value::Bool(true)) => input("Phone", "phone", "tel", "+14155550123"),
        _ => String::new(),
    }
}

fn shipping_fields(session: &Value) -> String {
    let countries = session.pointer("/shipping_address_collection/allowed_countries").and_then(Value::as_array);
    let Some(countries) = countries else {
        return input("Name", "name", "text", "Jo Reader");
    };
    let options: String =
        countries.iter().filter_map(Value::as_str).map(|code| format!("<option>{}</option>", escape(code))).collect();
    format!(
        "<fieldset><legend>Shipping address</legend>{}{}{}{}{}{}\
         <label>Country<select name=country>{options}</select></label></fieldset>",
        input("Name", "name", "text", "Jo Reader"),
        input("Street", "line1", "text", "1 Long Street"),
        "<label>Flat or floor<input name=line2></label>",
        input("City", "city", "text", "Springfield"),
        "<label>State or province<input name=state></label>",
        input("Postal code", "postal_code", "text", "12345"),
    )
}

/// Returns a field that is filled in already, to save typing.
fn input(label: &str, name: &str, kind: &str, value: &str) -> String {
    format!("<label>{label}<input name={name} type={kind} value=\"{}\" required></label>", escape(value))
}
