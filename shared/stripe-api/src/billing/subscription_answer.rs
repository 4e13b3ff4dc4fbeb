//! The fields of a subscription that this project reads.

use pledge_domain::{
    Timestamp,
    champion::{
        self, Period,
        renewal::{InvoiceStatus, RunningInvoice},
        subscribe::Made,
    },
    ids::{CustomerId, InvoiceId, PaymentIntentId, PaymentMethodId, PriceId, SubscriptionId},
    ports::{ClientSecret, SubscriptionAnswer},
    stripe::{Cancellation, SubscriptionStatus},
};
use serde::{Deserialize, de::IgnoredAny};

use crate::{StripeError, billing::invoice_answer::InvoiceBody};

/// A subscription (<https://docs.stripe.com/api/subscriptions/object>), usually with `latest_invoice` expanded.
#[derive(Deserialize)]
pub struct SubscriptionBody {
    id: SubscriptionId,
    customer: CustomerId,
    status: String,
    cancel_at_period_end: bool,
    #[serde(default, with = "time::serde::timestamp::option")]
    cancel_at: Option<Timestamp>,
    items: List<Item>,
    /// `pause_collection`, which is null unless the collection of payments is paused.
    #[serde(default)]
    pause_collection: Option<IgnoredAny>,
    #[serde(default)]
    latest_invoice: Option<Invoice>,
    #[serde(default)]
    default_payment_method: Option<PaymentMethodId>,
    #[serde(default)]
    schedule: Option<Schedule>,
}

#[derive(Deserialize)]
struct List<T> {
    data: Vec<T>,
}

#[derive(Deserialize)]
struct Item {
    #[serde(default)]
    id: Option<String>,
    #[serde(default)]
    price: Option<Price>,
    #[serde(with = "time::serde::timestamp")]
    current_period_start: Timestamp,
    #[serde(with = "time::serde::timestamp")]
    current_period_end: Timestamp,
}

#[derive(Deserialize)]
struct Price {
    id: PriceId,
}

/// A subscription's newest invoice: the object if the request expanded it, otherwise the id.
#[derive(Deserialize)]
#[serde(untagged)]
enum Invoice {
    Id(InvoiceId),
    Object(Box<InvoiceObject>),
}

/// The schedule that manages a subscription: the object if the request expanded it, otherwise the id.
#[derive(Deserialize)]
#[serde(untagged)]
enum Schedule {
    Id(String),
    Object { id: String },
}

#[derive(Deserialize)]
struct InvoiceObject {
    #[serde(flatten)]
    invoice: InvoiceBody,
    #[serde(default)]
    billing_reason: Option<String>,
    #[serde(default)]
    confirmation_secret: Option<ConfirmationSecret>,
    #[serde(default)]
    payments: Option<List<InvoicePayment>>,
}

#[derive(Deserialize)]
struct ConfirmationSecret {
    client_secret: String,
}

#[derive(Deserialize)]
struct InvoicePayment {
    is_default: bool,
    payment: Payment,
}

#[derive(Deserialize)]
struct Payment {
    #[serde(default)]
    payment_intent: Option<PaymentIntentId>,
}

impl SubscriptionBody {
    /// Returns the id of the customer who pays.
    pub fn customer(&self) -> &CustomerId {
        &self.customer
    }

    /// Returns the subscription's own payment method; none if the customer's default method pays.
    pub fn payment_method(&self) -> Option<&PaymentMethodId> {
        self.default_payment_method.as_ref()
    }

    /// Returns the id (`sub_sched_…`) of the schedule that manages the subscription; none if none does.
    pub fn schedule(&self) -> Option<&str> {
        self.schedule.as_ref().map(|schedule| match schedule {
            Schedule::Id(id) | Schedule::Object { id } => id.as_str(),
        })
    }

    /// Returns the cancellation, as Stripe stores it.
    pub fn cancellation(&self) -> Cancellation {
        Cancellation { at_period_end: self.cancel_at_period_end, at: self.cancel_at }
    }

    /// Returns the end of the first item's present period; none if there is no item.
    pub fn period_end(&self) -> Option<Timestamp> {
        self.items.data.first().map(|item| item.current_period_end)
    }

    /// Returns the id (`si_…`) of the first item with one of these prices, or else of the first item. None if there is no
    /// item.
    pub fn item_of(&self, prices: &[PriceId]) -> Option<&str> {
        let ours = |item: &&Item| item.price.as_ref().is_some_and(|price| prices.contains(&price.id));
        self.items.data.iter().find(ours).or_else(|| self.items.data.first())?.id.as_deref()
    }
}

impl InvoiceObject {
    /// Returns the invoice, if it renews the subscription for another period, or if it is for a change or for usage within
    /// the period. The first invoice doesn't count: it stays open while a bank debit pays it, and Stripe doesn't void what
    /// is being paid.
    fn running(&self) -> Option<RunningInvoice> {
        let status = self.invoice.status();
        let counts = match self.billing_reason.as_deref()? {
            "subscription_cycle" => true,
            // A void one says nothing of the period, which another invoice has paid.
            "subscription_update" | "subscription_threshold" => status != InvoiceStatus::Dead,
            _ => false,
        };
        counts.then(|| RunningInvoice { id: self.invoice.id().clone(), status })
    }

    fn payment_intent(&self) -> Option<PaymentIntentId> {
        let default = self.payments.iter().flat_map(|list| &list.data).find(|payment| payment.is_default);
        default.and_then(|payment| payment.payment.payment_intent.clone())
    }

    fn client_secret(self) -> Option<ClientSecret> {
        let secret = self.confirmation_secret.filter(|_| self.invoice.status() == InvoiceStatus::Open)?;
        Some(ClientSecret::new(secret.client_secret))
    }
}

impl TryFrom<SubscriptionBody> for SubscriptionAnswer {
    type Error = StripeError;

    fn try_from(answer: SubscriptionBody) -> Result<Self, StripeError> {
        let status = SubscriptionStatus::parse(&answer.status).ok_or_else(|| StripeError::Unreadable {
            problem: "a subscription with an unknown status".to_owned(),
            request_id: None,
        })?;
        let cancellation = answer.cancellation();
        let period = answer.items.data.first();
        let period = period.map(|item| Period { start: item.current_period_start, end: item.current_period_end });
        let (running, latest) = match &answer.latest_invoice {
            Some(Invoice::Object(invoice)) => (invoice.running(), invoice.invoice.billed()),
            Some(Invoice::Id(_)) | None => (None, None),
        };
        let prices = answer.items.data.iter().filter_map(|item| item.price.as_ref()).map(|it| it.id.clone()).collect();
        let (invoice, payment_intent, client_secret) = match answer.latest_invoice {
            None => (None, None, None),
            Some(Invoice::Id(id)) => (Some(id), None, None),
            Some(Invoice::Object(invoice)) => {
                (Some(invoice.invoice.id().clone()), invoice.payment_intent(), invoice.client_secret())
            }
        };
        let period_end = period.map(|period| period.end);
        let subscription = champion::Subscription {
            status,
            cancel_at_period_end: cancellation.ends_by(period_end),
            period_end: cancellation.running_period_end(period_end),
            collection_paused: answer.pause_collection.is_some(),
            started: status.is_live(),
            // The tier stays empty: this adapter doesn't know which tier a price belongs to. The caller does.
            ..champion::Subscription::running(answer.id, Some(answer.customer))
        };
        Ok(Self {
            made: Made { subscription, invoice, payment_intent },
            period,
            cancellation,
            prices,
            running,
            latest,
            client_secret,
        })
    }
}
