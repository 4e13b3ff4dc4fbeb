//! The former support of each reader, put together from the tables of the older system.

use std::collections::{BTreeMap, BTreeSet};

use pledge_domain::{
    Timestamp,
    champion::{
        PaymentKind, PaymentMethod, PaymentRecord,
        import::{Former, Shown},
    },
    ids::{CustomerId, NovelId, PaymentRecordId, SubscriptionId},
};

use super::rows::{PaymentRow, RecordRow, SubscriptionRow};

/// The rows of the older system about one reader and one novel.
#[derive(Debug, Default)]
pub struct Support {
    pub shown: Option<SubscriptionRow>,
    pub records: Vec<RecordRow>,
    pub payments: Vec<PaymentRow>,
}

/// The rows of each reader (by the older system's id) and novel.
pub type Supports = BTreeMap<(String, NovelId), Support>;

/// Groups rows by reader and novel. Payments that weren't for a novel are left out.
pub fn together(shown: Vec<SubscriptionRow>, records: Vec<RecordRow>, payments: Vec<PaymentRow>) -> Supports {
    let mut supports = Supports::new();
    for row in shown {
        let support = supports.entry((row.reader.clone(), row.novel)).or_default();
        support.shown = Some(row);
    }
    for row in records {
        supports.entry((row.reader.clone(), row.novel)).or_default().records.push(row);
    }
    for row in payments {
        if let Some(novel) = row.novel {
            supports.entry((row.reader.clone(), novel)).or_default().payments.push(row);
        }
    }
    supports
}

impl Support {
    /// Returns the customers at Stripe that paid.
    pub fn customers(&self) -> BTreeSet<CustomerId> {
        let shown = self.shown.iter().filter_map(|row| row.customer.clone());
        let records = self.records.iter().filter_map(|row| row.customer.clone());
        shown.chain(records).chain(self.payments.iter().filter_map(|row| row.customer.clone())).collect()
    }

    /// Returns the subscription at Stripe, if there is or was one.
    pub fn subscription(&self) -> Option<&SubscriptionId> {
        self.shown.as_ref()?.subscription.as_ref()
    }

    /// Returns the reader's former support in the domain's types.
    pub fn former(&self, carried_over_at: Timestamp) -> Former {
        let running = self.shown.as_ref().filter(|row| row.is_active);
        let shown = running.map(|row| Shown { tier: row.tier, period: row.period });
        Former { carried_over_at, shown, payments: self.paid() }
    }

    /// Returns each payment once. A row of the ledger and a row of the payments that name one payment are merged; a row
    /// of the ledger that names none is history only.
    fn paid(&self) -> Vec<PaymentRecord> {
        let is_paid = |status: &str| matches!(status, "completed" | "succeeded" | "success" | "paid" | "refunded");
        let mut paid = Vec::new();
        for row in self.payments.iter().filter(|row| is_paid(&row.status)) {
            let record = self.records.iter().find(|record| row.intent.is_some() && record.intent == row.intent);
            let id = match &row.intent {
                Some(intent) => PaymentRecordId::for_payment_intent(intent),
                None => PaymentRecordId::for_reference("payment of the older system", &row.id),
            };
            let subscription =
                row.subscription.clone().or_else(|| record.and_then(|record| record.subscription.clone()));
            let kind = kind(record.map(|record| record.kind.as_str()), subscription.is_some());
            let new = PaymentRecord::new(id, kind, PaymentMethod::from_name(&row.method), row.amount, row.created_at);
            paid.push(PaymentRecord {
                tier: record.map(|record| record.tier),
                subscription,
                payment_intent: row.intent.clone(),
                customer: row.customer.clone().or_else(|| record.and_then(|record| record.customer.clone())),
                period: record.map(|record| record.period),
                paid_at: Some(row.created_at),
                refunded: if row.status == "refunded" { row.amount.amount } else { 0 },
                ..new
            });
        }
        let unknown = |record: &&RecordRow| {
            record.intent.is_some() && self.payments.iter().all(|row| row.intent != record.intent)
        };
        for record in self.records.iter().filter(|record| is_paid(&record.status)).filter(unknown) {
            let Some(intent) = &record.intent else { continue };
            let kind = kind(Some(&record.kind), record.subscription.is_some());
            let id = PaymentRecordId::for_payment_intent(intent);
            let method = PaymentMethod::from_name(&record.method);
            paid.push(PaymentRecord {
                tier: Some(record.tier),
                subscription: record.subscription.clone(),
                payment_intent: Some(intent.clone()),
                customer: record.customer.clone(),
                period: Some(record.period),
                paid_at: Some(record.created_at),
                refunded: if record.status == "refunded" { record.amount.amount } else { 0 },
                ..PaymentRecord::new(id, kind, method, record.amount, record.created_at)
            });
        }
        paid
    }
}

/// Returns the kind of a payment. The older system marks only renewals as such; whether another payment is a subscription's
/// follows from `of_subscription`.
fn kind(record: Option<&str>, of_subscription: bool) -> PaymentKind {
    match (record, of_subscription) {
        (Some("renew" | "renewal"), _) => PaymentKind::Renewal,
        (_, true) => PaymentKind::Subscription,
        (_, false) => PaymentKind::Purchase,
    }
}
