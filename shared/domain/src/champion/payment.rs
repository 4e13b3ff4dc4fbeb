//! One payment for a novel: from the first attempt to pay until it is paid, or refunded.
//!
//! Only facts are kept; the status follows from them. Facts merge commutatively, so the order in which events arrive
//! doesn't matter.

use time::Duration;

use crate::{
    Timestamp,
    champion::{Period, PurchaseType, TierLevel},
    ids::{CustomerId, InvoiceId, PaymentIntentId, PaymentRecordId, PriceId, SubscriptionId},
    money::Money,
};

/// The kind of thing that a payment is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentKind {
    /// The first invoice of a subscription. While it is pending, it is the reservation: one for each reader and novel.
    Subscription,
    /// A later invoice of a subscription.
    Renewal,
    /// The invoice of a change of plan within a period, usually for another tier in the time that is paid already.
    PlanChange,
    /// A single purchase of thirty days.
    Purchase,
    /// The access that a reader was shown when they were carried over from the system before this one; its amount is 0.
    CarriedOver,
    /// Time that an operator gave free of charge, for example for a payment that was recorded only after its time had
    /// passed; its amount is 0.
    Goodwill,
}

impl PaymentKind {
    /// Every kind.
    pub const ALL: [Self; 6] =
        [Self::Subscription, Self::Renewal, Self::PlanChange, Self::Purchase, Self::CarriedOver, Self::Goodwill];

    /// Returns the name in the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Subscription => "subscription",
            Self::Renewal => "renewal",
            Self::PlanChange => "plan_change",
            Self::Purchase => "purchase",
            Self::CarriedOver => "carried_over",
            Self::Goodwill => "goodwill",
        }
    }

    /// Returns the kind with this name, or none.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// The status of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentStatus {
    /// The payment waits to be paid.
    Pending,
    /// The payment is paid.
    Completed,
    /// An attempt to pay was refused, or the payment is closed. After a refused card another one may complete it.
    Failed,
    /// The payment was paid, and all the money went back.
    Refunded,
}

impl PaymentStatus {
    /// Every status.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Completed, Self::Failed, Self::Refunded];

    /// Returns the name in the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Refunded => "refunded",
        }
    }
}

/// The provider through whom a payment was made. No rule depends on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PaymentMethod {
    /// Stripe.
    Stripe,
    /// PayPal.
    PayPal,
    /// Another provider, by the name in the database.
    Other(String),
}

impl PaymentMethod {
    /// Returns the name in the database.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Stripe => "stripe",
            Self::PayPal => "paypal",
            Self::Other(name) => name,
        }
    }

    /// Returns the method with this name; every name has one.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        match name {
            "stripe" => Self::Stripe,
            "paypal" => Self::PayPal,
            other => Self::Other(other.to_owned()),
        }
    }
}

/// A line of an invoice that is ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaidLine {
    /// The tier of the line's price.
    pub tier: TierLevel,
    /// The time that the line is for.
    pub period: Period,
    /// The kind of line.
    pub kind: LineKind,
}

/// The kind of a line of an invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineKind {
    /// A period of the subscription.
    Period,
    /// A positive proration, from a change within a period: time at a tier that is charged.
    Charge,
    /// A negative proration, from a change within a period: unused time at a tier that is credited.
    Credit,
}

impl LineKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Period, Self::Charge, Self::Credit];

    /// Returns the name in the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Period => "period",
            Self::Charge => "charge",
            Self::Credit => "credit",
        }
    }

    /// Returns the kind with this name, or none.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// A payment as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentRecord {
    /// The record's id, which Stripe's metadata carry too.
    pub id: PaymentRecordId,
    /// The kind of thing that is paid for.
    pub kind: PaymentKind,
    /// The provider through whom the payment is made.
    pub method: PaymentMethod,
    /// The tier that the payment buys; none if it isn't known.
    pub tier: Option<TierLevel>,
    /// For a single purchase, whether it began, extended or upgraded access when it was made.
    pub purchase: Option<PurchaseType>,
    /// The amount to pay; once it is paid, the amount that was paid.
    pub amount: Money,
    /// A description for people. Only [`PaymentRecord::describes`] reads it here.
    pub description: Option<String>,
    /// The subscription at Stripe.
    pub subscription: Option<SubscriptionId>,
    /// The payment at Stripe.
    pub payment_intent: Option<PaymentIntentId>,
    /// The customer at Stripe.
    pub customer: Option<CustomerId>,
    /// The invoice at Stripe.
    pub invoice: Option<InvoiceId>,
    /// The price of the line of the invoice that is ours.
    pub price: Option<PriceId>,
    /// The time that the invoice is for.
    pub period: Option<Period>,
    /// The invoice's lines that are ours. None if `period` says what was bought; empty while the lines aren't known.
    pub lines: Option<Vec<PaidLine>>,
    /// The grace that was configured when it was paid: how late a renewal may be paid and still enter at its period's
    /// start.
    pub grace: Option<Duration>,
    /// When the reader was carried over; set only for [`PaymentKind::CarriedOver`]. Payments from before are settled by
    /// it.
    pub carried_over_at: Option<Timestamp>,
    /// When the payment was made; none while it is unpaid.
    pub paid_at: Option<Timestamp>,
    /// When an attempt to pay was last refused.
    pub failed_at: Option<Timestamp>,
    /// Whether the payment is closed unpaid: Stripe made nothing for it or cancelled it, or the subscription that it was to
    /// start is over.
    pub closed: bool,
    /// The sum of the payment's refunds, in minor units.
    pub refunded: i64,
    /// The status of the payment's dispute in Stripe's words; of several disputes that of an open one.
    pub dispute: Option<String>,
    /// Each moment at which the amount that is gone (refunded, or lost in disputes) changed, with that amount in minor
    /// units. None if no payment at Stripe is known for the record; then `refunded` and `dispute` count. The value isn't
    /// stored, but computed from the stored refunds and disputes.
    pub gone: Option<Vec<(Timestamp, i64)>>,
    /// When the payment was first known.
    pub created_at: Timestamp,
}

/// The length of a single purchase, and of an invoice that has no period.
pub const ONE_PURCHASE: time::Duration = time::Duration::days(30);

impl PaymentRecord {
    /// Returns an unpaid payment with only these values, and without any ids of Stripe.
    #[must_use]
    pub fn new(
        id: PaymentRecordId,
        kind: PaymentKind,
        method: PaymentMethod,
        amount: Money,
        created_at: Timestamp,
    ) -> Self {
        Self {
            id,
            kind,
            method,
            tier: None,
            purchase: None,
            amount,
            description: None,
            subscription: None,
            payment_intent: None,
            customer: None,
            invoice: None,
            price: None,
            period: None,
            lines: None,
            grace: None,
            carried_over_at: None,
            paid_at: None,
            failed_at: None,
            closed: false,
            refunded: 0,
            dispute: None,
            gone: None,
            created_at,
        }
    }

    /// Returns the payment's status.
    #[must_use]
    pub fn status(&self) -> PaymentStatus {
        match self.paid_at {
            Some(_) if self.is_revoked() => PaymentStatus::Refunded,
            Some(_) => PaymentStatus::Completed,
            None if self.closed || self.failed_at.is_some() => PaymentStatus::Failed,
            None => PaymentStatus::Pending,
        }
    }

    /// Returns how much time the payment buys, apart from its `lines`: a single purchase 30 days, everything else its
    /// period. Without a period, a change of plan and goodwill buy nothing, and every other kind 30 days.
    #[must_use]
    pub fn length(&self) -> time::Duration {
        match (self.kind, self.period) {
            (PaymentKind::Purchase, _) => ONE_PURCHASE,
            (_, Some(period)) => (period.end - period.start).max(time::Duration::ZERO),
            (PaymentKind::PlanChange | PaymentKind::Goodwill, None) => time::Duration::ZERO,
            (PaymentKind::Subscription | PaymentKind::Renewal | PaymentKind::CarriedOver, None) => ONE_PURCHASE,
        }
    }

    /// Returns whether the payment can still be made: it is neither paid nor closed.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.paid_at.is_none() && !self.closed
    }

    /// Returns whether the payment's description has this id at Stripe. Rows that are older than the column for the id have
    /// it nowhere else.
    #[must_use]
    pub fn describes(&self, intent: &PaymentIntentId) -> bool {
        let mut words =
            self.description.iter().flat_map(|text| text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_'));
        self.payment_intent.is_none() && words.any(|word| word == intent.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;

    fn record(description: &str) -> PaymentRecord {
        let id = PaymentRecordId::parse("0a1b2c3d-0000-4000-8000-000000000000").unwrap();
        let amount = Money::new(500, Currency::USD);
        let new = PaymentRecord::new(id, PaymentKind::Purchase, PaymentMethod::Stripe, amount, Timestamp::UNIX_EPOCH);
        PaymentRecord { description: Some(description.into()), ..new }
    }

    #[test]
    fn an_old_description_names_exactly_one_payment() {
        let intent = PaymentIntentId::parse("pi_12").unwrap();
        assert!(record("Champion purchase (pi_12)").describes(&intent));
        assert!(!record("Champion purchase (pi_123)").describes(&intent));
        let newer = PaymentRecord { payment_intent: Some(PaymentIntentId::parse("pi_3").unwrap()), ..record("pi_12") };
        assert!(!newer.describes(&intent));
    }

    #[test]
    fn only_all_the_money_or_a_lost_dispute_takes_back() {
        let paid = PaymentRecord { paid_at: Some(Timestamp::UNIX_EPOCH), ..record("") };
        let with = |refunded, dispute: Option<&str>| {
            PaymentRecord { refunded, dispute: dispute.map(Into::into), ..paid.clone() }.status()
        };
        assert_eq!(with(499, None), PaymentStatus::Completed);
        assert_eq!(with(500, None), PaymentStatus::Refunded);
        assert_eq!(with(0, Some("needs_response")), PaymentStatus::Completed);
        assert_eq!(with(0, Some("lost")), PaymentStatus::Refunded);
        let free = PaymentRecord { amount: Money::new(0, Currency::USD), ..paid.clone() };
        assert_eq!(free.status(), PaymentStatus::Completed);
    }
}
