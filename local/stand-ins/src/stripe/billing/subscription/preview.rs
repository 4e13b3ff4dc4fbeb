//! `POST /v1/invoices/create_preview`: the next invoice of a subscription, as it is or as a change would make it.
//! Nothing is kept of it. <https://docs.stripe.com/api/invoices/create_preview>

use serde::Deserialize;
use serde_json::{Value, json};

use super::ProrationBehavior;
use super::update::{Item, changed_items};
use crate::stripe::api::{Call, Reply};
use crate::stripe::billing::period::Interval;
use crate::stripe::billing::{collection, discount, invoice_item, life, lines, proration};
use crate::stripe::error::ApiError;
use crate::stripe::objects::Fields;
use crate::stripe::shapes::Kind;
use crate::stripe::world::World;

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

pub(in crate::stripe::billing) fn preview(world: &mut World, call: &Call) -> Reply {
    let params: Preview = call.params()?;
    let Some(id) = params.subscription else {
        return Err(ApiError::parameter("This stand-in previews the invoices of subscriptions only.")
            .code("stand_in_unsimulated")
            .param("subscription"));
    };
    world.check("subscription", "subscription", &id)?;
    let before = world.get(&id).clone();
    if params.customer.is_some_and(|customer| customer != before.text("customer")) {
        return Err(ApiError::invalid("The subscription doesn't belong to this customer.").param("subscription"));
    }
    let details = params.subscription_details;
    let cancels = details.as_ref().and_then(|details| details.cancel_at_period_end);
    if life::is_over(world, &id) || cancels.unwrap_or(before.flag("cancel_at_period_end")) {
        let message = format!("No upcoming invoices for customer: {}", before.text("customer"));
        return Err(ApiError::missing("subscription", "invoice", &id)
            .code("invoice_upcoming_none")
            .with("message", message));
    }
    let (items, behavior) = details.map(|details| (details.items, details.proration_behavior)).unwrap_or_default();
    if let Some(items) = items {
        let items = changed_items(world, &before, items)?;
        let mut after = before.clone();
        after.set("items", super::item_list(&id, &items));
        world.objects.insert(after);
    }
    let answer = upcoming(world, &before, behavior.unwrap_or(ProrationBehavior::CreateProrations));
    // As if nothing had happened.
    world.objects.insert(before);
    Ok(answer)
}

/// The invoice that comes next, for the subscription as it is in the world now; `before` is how it really is.
fn upcoming(world: &mut World, before: &Value, behavior: ProrationBehavior) -> Value {
    let id = before.text("id");
    let changed = world.get(id).get("items") != before.get("items");
    let prorations = match behavior {
        ProrationBehavior::None => Vec::new(),
        _ if changed => proration::of_change(world, id, before),
        _ => Vec::new(),
    };
    let now = world.now;
    let over = life::period(before);
    let at_once = changed && behavior == ProrationBehavior::AlwaysInvoice;
    let mut all = invoice_item::pending_lines(world, id);
    all.extend(prorations.into_iter().rev());
    all.extend(world.pending_lines.get(id).cloned().unwrap_or_default().into_iter().rev());
    if !at_once {
        let price = life::items(world.get(id)).first().and_then(|item| item.get("price")).cloned().unwrap_or_default();
        let next = (over.1, Interval::of(&price).end(before.int("billing_cycle_anchor"), over.1));
        all.extend(life::paid_lines(world, id, next));
    }
    let customer = world.get(before.text("customer")).clone();
    let created = if at_once { now } else { over.1 };
    let draft = world.billing.draft_seconds;
    let upcoming = world.ids.next("upcoming_in_", 24);
    let invoice = world.create(
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
    discount::show(world, id, &invoice);
    lines::set(world, &invoice, all);
    let mut answer = world.get(&invoice).clone();
    let (balance, total) = (customer.int("balance"), answer.int("total"));
    let (due, left) = collection::settle_balance(balance, total, before.text("currency"));
    answer.set("amount_due", due);
    answer.set("amount_remaining", due);
    answer.set("starting_balance", balance);
    answer.set("ending_balance", left);
    answer.set("created", created);
    world.objects.remove(&invoice);
    world.invoice_lines.remove(&invoice);
    answer
}
