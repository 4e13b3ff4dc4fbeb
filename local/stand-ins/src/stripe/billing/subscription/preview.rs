//! `POST /v1/invoices/create_preview`: the next invoice of a subscription, with or without a change. Nothing is stored.
//! <https://docs.stripe.com/api/invoices/create_preview>

use serde::Deserialize;
use serde_json::{Value, json};

use super::ProrationBehavior;
use super::update::{Item, changed_items};
use crate::stripe::account::Account;
use crate::stripe::api::{Call, Reply};
use crate::stripe::billing::period::Interval;
use crate::stripe::billing::{collection, discount, invoice_item, lifecycle, lines, proration};
use crate::stripe::error::ApiError;
use crate::stripe::objects::Fields;
use crate::stripe::shapes::Kind;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Preview {
    subscription: Option<String>,
    customer: Option<String>,
    subscription_details: Option<Details>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Details {
    items: Option<Vec<Item>>,
    proration_behavior: Option<ProrationBehavior>,
    cancel_at_period_end: Option<bool>,
}

pub(in crate::stripe::billing) fn preview(account: &mut Account, call: &Call) -> Reply {
    let params: Preview = call.params()?;
    let Some(id) = params.subscription else {
        return Err(ApiError::parameter("This stand-in previews the invoices of subscriptions only.")
            .code("stand_in_unsimulated")
            .param("subscription"));
    };
    account.check("subscription", "subscription", &id)?;
    let before = account.get(&id).clone();
    if params.customer.is_some_and(|customer| customer != before.text("customer")) {
        return Err(ApiError::invalid("The subscription doesn't belong to this customer.").param("subscription"));
    }
    let details = params.subscription_details;
    let cancels = details.as_ref().and_then(|details| details.cancel_at_period_end);
    let flag = before.flag("cancel_at_period_end");
    let ends_on_a_date = !flag && lifecycle::ends_at(&before).is_some();
    if lifecycle::is_over(account, &id) || ends_on_a_date || cancels.unwrap_or(flag) {
        let message = format!("No upcoming invoices for customer: {}", before.text("customer"));
        return Err(ApiError::missing("subscription", "invoice", &id)
            .code("invoice_upcoming_none")
            .with("message", message));
    }
    let (items, behavior) = details.map(|details| (details.items, details.proration_behavior)).unwrap_or_default();
    if let Some(items) = items {
        let items = changed_items(account, &before, items)?;
        let mut after = before.clone();
        after.set("items", super::item_list(&id, &items));
        account.objects.insert(after);
    }
    let answer = upcoming(account, &before, behavior.unwrap_or(ProrationBehavior::CreateProrations));
    // The subscription is restored.
    account.objects.insert(before);
    Ok(answer)
}

/// Returns the next invoice for the subscription as it is stored now; `before` is the real one.
fn upcoming(account: &mut Account, before: &Value, behavior: ProrationBehavior) -> Value {
    let id = before.text("id");
    let changed = account.get(id).get("items") != before.get("items");
    let prorations = match behavior {
        ProrationBehavior::None => Vec::new(),
        _ if changed => proration::of_change(account, id, before),
        _ => Vec::new(),
    };
    let now = account.now;
    let over = lifecycle::period(before);
    let at_once = changed && behavior == ProrationBehavior::AlwaysInvoice;
    let mut all = invoice_item::pending_lines(account, id);
    all.extend(prorations.into_iter().rev());
    all.extend(account.pending_lines.get(id).cloned().unwrap_or_default().into_iter().rev());
    if !at_once {
        let price =
            lifecycle::items(account.get(id)).first().and_then(|item| item.get("price")).cloned().unwrap_or_default();
        let next = (over.1, Interval::of(&price).end(before.int("billing_cycle_anchor"), over.1));
        all.extend(lifecycle::paid_lines(account, id, next));
    }
    let customer = account.get(before.text("customer")).clone();
    let created = if at_once { now } else { over.1 };
    let draft = account.billing.draft_seconds;
    let upcoming = account.ids.next("upcoming_in_", 24);
    let invoice = account.create(
        Kind::Invoice,
        json!({
            "id": upcoming,
            "amount_paid": 0,
            "billing_reason": "upcoming",
            "currency": before.get("currency"),
            "customer": customer.get("id"),
            "customer_email": customer.get("email"),
            "customer_name": customer.get("name"),
            "next_payment_attempt": if at_once { now } else { created + draft },
            "parent": {
                "quote_details": null,
                "subscription_details": { "metadata": before.get("metadata"), "subscription": id },
                "type": "subscription_details",
            },
            "period_start": if at_once { now } else { over.0 },
            "period_end": if at_once { now } else { over.1 },
            "status": "draft",
        }),
    );
    discount::show(account, id, &invoice);
    lines::set(account, &invoice, all);
    let mut answer = account.get(&invoice).clone();
    let (balance, total) = (customer.int("balance"), answer.int("total"));
    let (due, left) = collection::settle_balance(balance, total, before.text("currency"));
    answer.set("amount_due", due);
    answer.set("amount_remaining", due);
    answer.set("starting_balance", balance);
    answer.set("ending_balance", left);
    answer.set("created", created);
    account.objects.remove(&invoice);
    account.invoice_lines.remove(&invoice);
    answer
}
