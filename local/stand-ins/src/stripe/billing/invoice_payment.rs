//! Invoice payments: what links an invoice to its payment intents since API version basil. The first one is Stripe's
//! own and asks for everything; a merchant may attach others. <https://docs.stripe.com/invoicing/partial-payments>

use serde::Deserialize;
use serde_json::{Value, json};

use crate::stripe::api::{Call, Endpoint, Reply, retrieve};
use crate::stripe::error::ApiError;
use crate::stripe::filters::is;
use crate::stripe::objects::Fields;
use crate::stripe::payment::intent as payment_intent;
use crate::stripe::shapes::Kind;
use crate::stripe::world::World;

pub(crate) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::get("/v1/invoice_payments/{invoice_payment}", |world, call| retrieve(world, call, "invoice_payment")),
    Endpoint::list("/v1/invoice_payments", list),
];

/// Links an invoice to an intent that pays `amount` of it; gives the link's id.
pub(super) fn make(world: &mut World, invoice: &str, intent: &str, amount: i64, default: bool) -> String {
    let currency = world.text_of(invoice, "currency");
    world.create(
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

/// The intent paid this much of its invoice; gives the link's id.
pub(super) fn pay(world: &mut World, intent: &str, amount: i64) -> Option<String> {
    let mut payments = world.objects.newest_first("invoice_payment");
    let id = payments.find(|payment| intent_id(payment) == intent)?.text("id").to_owned();
    drop(payments);
    world.set(&id, json!({ "status": "paid", "amount_paid": amount }));
    set_transition(world, &id, "paid_at");
    Some(id)
}

/// Nobody needs what is still open of an invoice's payments: the links and their intents are cancelled.
pub(super) fn cancel_open(world: &mut World, invoice: &str) {
    let open: Vec<_> = of(world, invoice).into_iter().filter(|payment| payment.text("status") == "open").collect();
    for payment in open {
        let (id, intent) = (payment.text("id"), intent_id(&payment));
        if !matches!(world.get(intent).text("status"), "succeeded" | "canceled" | "processing") {
            payment_intent::cancel_now(world, intent, &json!("void_invoice"));
        }
        world.set(id, json!({ "status": "canceled" }));
        set_transition(world, id, "canceled_at");
    }
}

/// Stripe's own payment of an invoice asks for what is left.
pub(super) fn ask_for(world: &mut World, invoice: &str, amount: i64) {
    let Some(payment) = default(world, invoice).cloned() else { return };
    world.set(payment.text("id"), json!({ "amount_requested": amount }));
    world.set(intent_id(&payment), json!({ "amount": amount }));
}

fn set_transition(world: &mut World, id: &str, name: &str) {
    let now = world.now;
    if let Some(transitions) = world.objects.get_mut(id).and_then(|payment| payment.get_mut("status_transitions")) {
        transitions.set(name, now);
    }
}

/// The payments of an invoice, newest first.
pub(crate) fn of(world: &World, invoice: &str) -> Vec<Value> {
    let payments = world.objects.newest_first("invoice_payment");
    payments.filter(|payment| payment.text("invoice") == invoice).cloned().collect()
}

fn default<'w>(world: &'w World, invoice: &str) -> Option<&'w Value> {
    let mut payments = world.objects.newest_first("invoice_payment");
    payments.find(|payment| payment.text("invoice") == invoice && payment.flag("is_default"))
}

/// The payment intent that Stripe made for an invoice.
pub(crate) fn intent_of(world: &World, invoice: &str) -> Option<String> {
    Some(intent_id(default(world, invoice)?).to_owned())
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

fn list(world: &mut World, call: &Call) -> Reply {
    let filter: List = call.params()?;
    if let Some(invoice) = &filter.invoice {
        world.check("invoice", "invoice", invoice)?;
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
    call.list(world.objects.newest_first("invoice_payment").filter(fits))
}
