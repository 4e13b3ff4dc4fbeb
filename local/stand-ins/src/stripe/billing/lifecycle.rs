//! The life of a subscription. <https://docs.stripe.com/billing/subscriptions/overview>

use serde_json::{Value, json};

use super::period::Interval;
use super::settings::AfterRetries;
use super::{collection, invoice, pause, proration, subscription_schedule};
use crate::stripe::account::Account;
use crate::stripe::error::ApiError;
use crate::stripe::objects::Fields;

/// How long the first invoice can be paid, in seconds.
const FIRST_PAYMENT: i64 = 23 * 60 * 60;

/// Returns the items of a subscription.
pub(super) fn items(subscription: &Value) -> &[Value] {
    let items = subscription.pointer("/items/data").and_then(Value::as_array);
    items.map(Vec::as_slice).unwrap_or_default()
}

/// Returns the current period, which stands on the items.
pub(crate) fn period(subscription: &Value) -> (i64, i64) {
    let first = items(subscription).first();
    first.map(|item| (item.int("current_period_start"), item.int("current_period_end"))).unwrap_or_default()
}

/// Replaces the items' period.
fn set_period(account: &mut Account, id: &str, start: i64, end: i64) {
    let items = account.objects.get_mut(id).and_then(|subscription| subscription.pointer_mut("/items/data"));
    for item in items.and_then(Value::as_array_mut).into_iter().flatten() {
        item.set("current_period_start", start);
        item.set("current_period_end", end);
    }
}

/// Returns the invoice lines of the items for a period, at the subscription's present state. Those of a trial cost
/// nothing.
pub(super) fn lines(account: &mut Account, id: &str, period: (i64, i64)) -> Vec<Value> {
    let trial = account.get(id).text("status") == "trialing";
    lines_at(account, id, period, trial)
}

/// Returns the invoice lines of the items for a period after the trial, even while the trial runs.
pub(super) fn paid_lines(account: &mut Account, id: &str, period: (i64, i64)) -> Vec<Value> {
    lines_at(account, id, period, false)
}

fn lines_at(account: &mut Account, id: &str, (start, end): (i64, i64), trial: bool) -> Vec<Value> {
    let items = items(account.get(id)).to_vec();
    let line = |item: &Value| {
        let price = item.get("price").cloned().unwrap_or_default();
        let quantity = item.int("quantity");
        let amount = if trial { 0 } else { price.int("unit_amount") * quantity };
        proration::line(account, id, item, amount, (start, end), false)
    };
    items.iter().map(line).collect()
}

/// Returns whether a subscription has ended for good.
pub(super) fn is_over(account: &Account, id: &str) -> bool {
    matches!(account.get(id).text("status"), "canceled" | "incomplete_expired")
}

/// Records that an invoice of the subscription was paid.
pub(super) fn invoice_paid(account: &mut Account, id: &str, invoice: &str, intent: Option<&str>) {
    let before = account.get(id).clone();
    let latest = before.text("latest_invoice") == invoice;
    if matches!(before.text("status"), "incomplete" | "past_due" | "unpaid") && latest {
        account.set(id, json!({ "status": "active" }));
    }
    let saves =
        before.pointer("/payment_settings/save_default_payment_method").is_some_and(|saved| saved == "on_subscription");
    if let Some(method) =
        account.get(intent.unwrap_or_default()).maybe_text("payment_method").map(str::to_owned).filter(|_| saves)
    {
        account.set(id, json!({ "default_payment_method": method }));
    }
    account.emit_change("customer.subscription.updated", id, &before);
}

/// Records that an invoice was not paid; `last` if there will be no further attempt. Only the latest invoice changes the
/// subscription's status.
pub(super) fn invoice_refused(account: &mut Account, id: &str, invoice: &str, last: bool) {
    let before = account.get(id).clone();
    let collects = matches!(before.text("status"), "active" | "past_due");
    if !collects || before.text("latest_invoice") != invoice {
        return;
    }
    let status = match account.billing.after_retries {
        AfterRetries::Cancel if last => {
            cancel(account, id, "payment_failed");
            return;
        }
        AfterRetries::MarkUnpaid if last => "unpaid",
        _ => "past_due",
    };
    account.set(id, json!({ "status": status }));
    account.emit_change("customer.subscription.updated", id, &before);
}

/// Makes a subscription end with its period (`cancel_at_period_end`), or takes that back.
pub(crate) fn set_cancel_at_period_end(subscription: &mut Value, cancel: bool, now: i64) {
    if !cancel && !subscription.flag("cancel_at_period_end") {
        // Stripe doesn't document whether this removes a date that was set without the flag. Here the date stays, so that
        // nobody relies on it.
        return;
    }
    subscription.set("cancel_at_period_end", cancel);
    let (_, end) = period(subscription);
    set_end(subscription, cancel.then_some(end), now);
}

/// Makes a subscription end on a date without the flag (`cancel_at`), or lets it go on.
pub(crate) fn set_cancel_at(subscription: &mut Value, at: Option<i64>, now: i64) -> Result<(), ApiError> {
    if at.is_some_and(|at| at <= now) {
        return Err(
            ApiError::invalid("Invalid timestamp: must be an integer Unix timestamp in the future.").param("cancel_at")
        );
    }
    subscription.set("cancel_at_period_end", false);
    set_end(subscription, at, now);
    Ok(())
}

fn set_end(subscription: &mut Value, at: Option<i64>, now: i64) {
    subscription.set("cancel_at", at);
    subscription.set("canceled_at", at.map(|_| now));
    if let Some(details) = subscription.get_mut("cancellation_details") {
        details.set("reason", at.map(|_| "cancellation_requested"));
    }
}

/// Makes a subscription end on a date, as the merchant may in the dashboard, and the customer in the portal.
/// <https://docs.stripe.com/billing/subscriptions/billing-mode/compare>
pub(crate) fn cancel_on(account: &mut Account, id: &str, at: i64) -> Result<(), ApiError> {
    let before = account.find("subscription", id)?;
    subscription_schedule::check_end(&before)?;
    let mut after = before.clone();
    set_cancel_at(&mut after, Some(at), account.now)?;
    account.objects.insert(after);
    account.emit_change("customer.subscription.updated", id, &before);
    Ok(())
}

/// Returns when a subscription ends by the end of its running period, if it does.
pub(super) fn ends_at(subscription: &Value) -> Option<i64> {
    let (_, end) = period(subscription);
    subscription.get("cancel_at").and_then(Value::as_i64).filter(|at| *at <= end)
}

/// Ends a subscription now.
pub(crate) fn cancel(account: &mut Account, id: &str, reason: &str) {
    let now = account.now;
    let subscription = account.get(id).clone();
    let unpaid = subscription.text("status") == "incomplete";
    let canceled_at = subscription.get("canceled_at").filter(|at| at.is_i64()).cloned();
    account.set(
        id,
        json!({
            "status": if unpaid { "incomplete_expired" } else { "canceled" },
            "canceled_at": canceled_at.unwrap_or_else(|| now.into()),
            "ended_at": now,
        }),
    );
    if let Some(details) =
        account.objects.get_mut(id).and_then(|subscription| subscription.get_mut("cancellation_details"))
    {
        details.set("reason", reason);
    }
    if unpaid {
        collection::void(account, subscription.text("latest_invoice"));
    }
    collection::stop(account, id);
    subscription_schedule::cancel_of(account, id);
    account.emit("customer.subscription.deleted", id);
}

/// Refuses a second currency for a customer who has something running in a first one.
/// <https://docs.stripe.com/billing/customer#multiple-currencies>
pub(crate) fn check_currency(account: &Account, customer: &str, currency: &str) -> Result<(), ApiError> {
    let other = |object: &&Value| object.text("customer") == customer && object.text("currency") != currency;
    let subscriptions = account.objects.newest_first("subscription").filter(other);
    let mut subscriptions = subscriptions.filter(|subscription| !is_over(account, subscription.text("id")));
    let items = account.objects.newest_first("invoiceitem").filter(other);
    let mut items = items.filter(|item| item.maybe_text("invoice").is_none());
    match subscriptions.next().or_else(|| items.next()) {
        None => Ok(()),
        Some(first) => Err(ApiError::invalid(format!(
            "You cannot combine currencies on a single customer. This customer has an active subscription, \
             subscription schedule, discount, quote, or invoice item with currency {}.",
            first.text("currency")
        ))),
    }
}

/// Ends all subscriptions of a customer who is being deleted.
pub(crate) fn cancel_all_of(account: &mut Account, customer: &str) {
    let theirs =
        account.objects.newest_first("subscription").filter(|subscription| subscription.text("customer") == customer);
    let theirs: Vec<_> = theirs.map(|subscription| subscription.text("id").to_owned()).collect();
    for id in theirs {
        if !is_over(account, &id) {
            cancel(account, &id, "cancellation_requested");
        }
    }
}

/// Ends a subscription whose first invoice wasn't paid in time.
fn expire(account: &mut Account, id: &str) {
    let (now, before) = (account.now, account.get(id).clone());
    account.set(id, json!({ "status": "incomplete_expired", "canceled_at": now, "ended_at": now }));
    collection::void(account, before.text("latest_invoice"));
    account.emit_change("customer.subscription.updated", id, &before);
}

/// Ends a period: the next one begins with an invoice, or the subscription ends.
fn renew(account: &mut Account, id: &str) {
    let before = account.get(id).clone();
    if before.flag("cancel_at_period_end") {
        cancel(account, id, "cancellation_requested");
        return;
    }
    subscription_schedule::let_go(account, id);
    let over = period(&before);
    let start = over.1;
    let price = items(&before).first().and_then(|item| item.get("price")).cloned().unwrap_or_default();
    let end = Interval::of(&price).end(before.int("billing_cycle_anchor"), start);
    set_period(account, id, start, end);
    if before.text("status") == "trialing" {
        account.set(id, json!({ "status": "active" }));
    }
    let lines = self::lines(account, id, (start, end));
    let invoice = invoice::make(account, id, "subscription_cycle", over, lines);
    account.emit("invoice.created", &invoice);
    pause::begin_collection(account, &before, &invoice);
    account.emit_change("customer.subscription.updated", id, &before);
}

/// A subscription or an invoice with something due.
#[derive(Clone, Debug)]
pub(crate) enum Due {
    Expire(String),
    End(String),
    Renew(String),
    Resume(String),
    Collect(String),
}

/// Does what is due.
pub(crate) fn run(account: &mut Account, due: &Due) {
    match due {
        Due::Expire(subscription) => expire(account, subscription),
        Due::End(subscription) => cancel(account, subscription, "cancellation_requested"),
        Due::Renew(subscription) => renew(account, subscription),
        Due::Resume(subscription) => pause::resume(account, subscription),
        Due::Collect(invoice) => collection::collect(account, invoice),
    }
}

/// Returns what is due next, and when.
pub(crate) fn next(account: &Account) -> Option<(i64, Due)> {
    let pauses = account.objects.newest_first("subscription").filter_map(|subscription| {
        Some((pause::resumes_at(subscription)?, Due::Resume(subscription.text("id").to_owned())))
    });
    let subscriptions = account.objects.newest_first("subscription").filter_map(|subscription| {
        let id = subscription.text("id").to_owned();
        match subscription.text("status") {
            "incomplete" => Some((subscription.int("created") + FIRST_PAYMENT, Due::Expire(id))),
            "active" | "trialing" | "past_due" | "unpaid" => Some(match ends_at(subscription) {
                Some(at) => (at, Due::End(id)),
                None => (period(subscription).1, Due::Renew(id)),
            }),
            _ => None,
        }
    });
    let invoices = account.objects.newest_first("invoice").filter_map(|invoice| {
        let at = invoice.get("next_payment_attempt").and_then(Value::as_i64)?;
        Some((at, Due::Collect(invoice.text("id").to_owned())))
    });
    pauses.chain(subscriptions).chain(invoices).min_by_key(|(at, _)| *at)
}
