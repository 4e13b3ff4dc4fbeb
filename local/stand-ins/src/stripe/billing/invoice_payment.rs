//! Invoice payments, which link an invoice to its payment intents since API version basil. The first one is Stripe's own
//! and is for the whole amount; a merchant may attach others. <https://docs.stripe.com/invoicing/partial-payments>

use serde::Deserialize;
use serde_json::{Value, json};

use crate::stripe::account::Account;
use crate::stripe::api::{Call, Endpoint, Reply, retrieve};
use crate::stripe::error::ApiError;
use crate::stripe::filters::is;
use crate::stripe::objects::Fields;
use crate::stripe::payment::intent as payment_intent;
use crate::stripe::shapes::Kind;

pub(crate) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::get("/v1/invoice_payments/{invoice_payment}", |account, call| retrieve(account, call, "invoice_payment")),
    Endpoint::list("/v1/invoice_payments", list),
];

/// Links an invoice to an intent that pays `amount` of it. Returns the link's id.
pub(super) fn make(account: &mut Account, invoice: &str, intent: &str, amount: i64, default: bool) -> String {
    let currency = account.text_of(invoice, "currency");
    account.create(
        Kind::InvoicePayment,
        json!({
            "amount_requested": amount,
            "currency": currency,
            "invoice": invoice,
            "is_default": default,
            "payment": { "payment_intent": intent, "type": "payment_intent" },
        }),
    )
}

/// Records that the intent paid this much of its invoice. Returns the link's id.
pub(super) fn pay(account: &mut Account, intent: &str, amount: i64) -> Option<String> {
    let mut payments = account.objects.newest_first("invoice_payment");
    let id = payments.find(|payment| intent_id(payment) == intent)?.text("id").to_owned();
    drop(payments);
    account.set(&id, json!({ "status": "paid", "amount_paid": amount }));
    set_transition(account, &id, "paid_at");
    Some(id)
}

/// Cancels the open payments of an invoice, with their intents.
pub(super) fn cancel_open(account: &mut Account, invoice: &str) {
    let open: Vec<_> = of(account, invoice).into_iter().filter(|payment| payment.text("status") == "open").collect();
    for payment in open {
        let (id, intent) = (payment.text("id"), intent_id(&payment));
        if !matches!(account.get(intent).text("status"), "succeeded" | "canceled" | "processing") {
            payment_intent::cancel_now(account, intent, &json!("void_invoice"));
        }
        account.set(id, json!({ "status": "canceled" }));
        set_transition(account, id, "canceled_at");
    }
}

/// Sets the amount of Stripe's own payment of an invoice to the rest that is due.
pub(super) fn ask_for(account: &mut Account, invoice: &str, amount: i64) {
    let Some(payment) = default(account, invoice).cloned() else { return };
    account.set(payment.text("id"), json!({ "amount_requested": amount }));
    account.set(intent_id(&payment), json!({ "amount": amount }));
}

fn set_transition(account: &mut Account, id: &str, name: &str) {
    let now = account.now;
    if let Some(transitions) = account.objects.get_mut(id).and_then(|payment| payment.get_mut("status_transitions")) {
        transitions.set(name, now);
    }
}

/// Returns the payments of an invoice, newest first.
pub(crate) fn of(account: &Account, invoice: &str) -> Vec<Value> {
    let payments = account.objects.newest_first("invoice_payment");
    payments.filter(|payment| payment.text("invoice") == invoice).cloned().collect()
}

fn default<'w>(account: &'w Account, invoice: &str) -> Option<&'w Value> {
    let mut payments = account.objects.newest_first("invoice_payment");
    payments.find(|payment| payment.text("invoice") == invoice && payment.flag("is_default"))
}

/// Returns the payment intent that Stripe made for an invoice.
pub(crate) fn intent_of(account: &Account, invoice: &str) -> Option<String> {
    Some(intent_id(default(account, invoice)?).to_owned())
}

fn intent_id(payment: &Value) -> &str {
    payment.pointer("/payment/payment_intent").and_then(Value::as_str).unwrap_or_default()
}
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    invoice: Option<String>,
    status: Option<Status>,
    payment: Option<Payment>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    Canceled,
    Open,
    Paid,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Payment {
    r#type: PaymentType,
    payment_intent: Option<String>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum PaymentType {
    PaymentIntent,
}

fn list(account: &mut Account, call: &Call) -> Reply {
    let filter: List = call.params()?;
    if let Some(invoice) = &filter.invoice {
        account.check("invoice", "invoice", invoice)?;
    }
    let wanted = match filter.payment {
        Some(Payment { r#type: PaymentType::PaymentIntent, payment_intent: None }) => {
            return Err(ApiError::parameter("Missing required param: payment[payment_intent].")
                .code("parameter_missing")
                .param("payment[payment_intent]"));
        }
        Some(Payment { payment_intent, .. }) => payment_intent,
        None => None,
    };
    let status = filter.status.map(|status| match status {
        Status::Canceled => "canceled",
        Status::Open => "open",
        Status::Paid => "paid",
    });
    let fits = |payment: &&Value| {
        is(payment, "invoice", filter.invoice.as_deref())
            && is(payment, "status", status)
            && wanted.as_deref().is_none_or(|wanted| intent_id(payment) == wanted)
    };
    call.list(account.objects.newest_first("invoice_payment").filter(fits))
}
