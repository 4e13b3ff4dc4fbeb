//! Invoice payments: what links an invoice to its payment intent since API version basil.
//! <https://docs.stripe.com/api/invoice-payment>

use serde::Deserialize;
use serde_json::{Value, json};

use crate::stripe::api::{Call, Endpoint, Reply, retrieve};
use crate::stripe::error::ApiError;
use crate::stripe::filters::is;
use crate::stripe::objects::Fields;
use crate::stripe::shapes::Kind;
use crate::stripe::world::World;

pub(crate) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::get("/v1/invoice_payments/{invoice_payment}", |world, call| retrieve(world, call, "invoice_payment")),
    Endpoint::list("/v1/invoice_payments", list),
];

pub(super) fn make(world: &mut World, invoice: &Value, intent: &str) {
    world.create(
        Kind::InvoicePayment,
        json!({
            "amount_paid": null,
            "amount_requested": invoice.get("total"),
            "currency": invoice.get("currency"),
            "invoice": invoice.get("id"),
            "payment": { "payment_intent": intent, "type": "payment_intent" },
        }),
    );
}

/// The payment of an invoice is over: `paid` or `canceled`; gives its id.
pub(super) fn close(world: &mut World, invoice: &str, status: &str) -> Option<String> {
    let now = world.now;
    let payment = of(world, invoice)?.clone();
    let id = payment.text("id").to_owned();
    let paid = (status == "paid").then(|| payment.int("amount_requested"));
    world.set(&id, json!({ "status": status, "amount_paid": paid }));
    if let Some(transitions) = world.objects.get_mut(&id).and_then(|payment| payment.get_mut("status_transitions")) {
        transitions.set(&format!("{status}_at"), now);
    }
    Some(id)
}

/// The payment of an invoice.
pub(crate) fn of<'w>(world: &'w World, invoice: &str) -> Option<&'w Value> {
    world.objects.newest_first("invoice_payment").find(|payment| payment.text("invoice") == invoice)
}

/// The payment intent of an invoice.
pub(crate) fn intent_of(world: &World, invoice: &str) -> Option<String> {
    Some(intent(of(world, invoice)?).to_owned())
}

fn intent(payment: &Value) -> &str {
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
            && wanted.as_deref().is_none_or(|wanted| intent(payment) == wanted)
    };
    call.list(world.objects.newest_first("invoice_payment").filter(fits))
}
