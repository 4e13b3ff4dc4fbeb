//! One payment for a novel: from the first try to pay until the money is here, or back.
//!
//! Only facts are kept; the status follows from them. Each fact merges commutatively, so no order of arrival matters.

use time::Duration;

use crate::{
    Timestamp,
    champion::{Period, PurchaseType, TierLevel},
    ids::{CustomerId, InvoiceId, PaymentIntentId, PaymentRecordId, PriceId, SubscriptionId},
    money::Money,
};

/// What was paid for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentKind {
    /// The first invoice of a subscription. While it is pending, it is the reservation: one for each reader and novel.
    Subscription,
    /// A later invoice of a subscription.
    Renewal,
    /// A change of plan within a period: another tier, as a rule for the time that is paid already.
    PlanChange,
    /// Thirty days, bought once.
    Purchase,
    /// What a reader had when this system took over. Not a payment of its own, but the ground that others extend.
    CarriedOver,
    /// Time that an operator gave, for what had run before it was recorded. It costs nothing.
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

/// Where a payment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentStatus {
    /// Nothing has come yet.
    Pending,
    /// Paid.
    Completed,
    /// Refused or given up. A refused card may be followed by another one, and then it is completed after all.
    Failed,
    /// Paid, and all the money went back.
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

/// Who moved the money. The ledger doesn't care; people do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PaymentMethod {
    /// Stripe.
    Stripe,
    /// PayPal.
    PayPal,
    /// Somebody else, by the name in the database.
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

    /// Returns the method of that name.
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
    /// The tier of its price.
    pub tier: TierLevel,
    /// The time that it is for.
    pub period: Period,
    /// What it is.
    pub kind: LineKind,
}

/// What a line of an invoice is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineKind {
    /// A period of the subscription.
    Period,
    /// More time at a tier, from a change within a period.
    Charge,
    /// Time that isn't used, from a change within a period.
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
    /// The payment's id, which goes through Stripe's metadata and comes back.
    pub id: PaymentRecordId,
    /// What is paid for.
    pub kind: PaymentKind,
    /// Through whom.
    pub method: PaymentMethod,
    /// The tier that it buys; none if nothing tells.
    pub tier: Option<TierLevel>,
    /// What a single purchase was when it was made.
    pub purchase: Option<PurchaseType>,
    /// What is asked for; once it is paid, what was paid.
    pub amount: Money,
    /// What people read about the payment. Only [`PaymentRecord::describes`] reads it here.
    pub description: Option<String>,
    /// Stripe's subscription.
    pub subscription: Option<SubscriptionId>,
    /// Stripe's payment.
    pub payment_intent: Option<PaymentIntentId>,
    /// Stripe's customer.
    pub customer: Option<CustomerId>,
    /// Stripe's invoice.
    pub invoice: Option<InvoiceId>,
    /// The price of the invoice's line that is ours.
    pub price: Option<PriceId>,
    /// The time that the invoice is for.
    pub period: Option<Period>,
    /// The invoice's lines that are ours. None if `period` says it all; empty while it isn't known what they are.
    pub lines: Option<Vec<PaidLine>>,
    /// The grace that was in force when it was paid: how late a renewal may be and still begin when its period does.
    pub grace: Option<Duration>,
    /// Set in what a reader was shown when they were taken over: then. Payments from before are settled by it.
    pub carried_over_at: Option<Timestamp>,
    /// When the money came.
    pub paid_at: Option<Timestamp>,
    /// When a try to pay was last refused.
    pub failed_at: Option<Timestamp>,
    /// Whether it was given up: Stripe didn't make what it was for, or the subscription that it was to start is over.
    pub closed: bool,
    /// How much went back, in minor units.
    pub refunded: i64,
    /// The newest status of a dispute about it, in Stripe's words.
    pub dispute: Option<String>,
    /// How much of it was gone from each moment on at which that changed, in minor units, as far as Stripe's events told.
    /// None if nothing is known of a Stripe payment; then the sum and the dispute's status above say it. It isn't stored:
    /// it follows from what is known of Stripe's payments.
    pub gone: Option<Vec<(Timestamp, i64)>>,
    /// When it was first heard of.
    pub created_at: Timestamp,
}

/// How long a single purchase lasts, and an invoice that doesn't say what time it is for.
pub const ONE_PURCHASE: time::Duration = time::Duration::days(30);

impl PaymentRecord {
    /// Returns a payment of which nothing is known but what it is for.
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

    /// Returns where the payment stands.
    #[must_use]
    pub fn status(&self) -> PaymentStatus {
        match self.paid_at {
            Some(_) if self.is_revoked() => PaymentStatus::Refunded,
            Some(_) => PaymentStatus::Completed,
            None if self.closed || self.failed_at.is_some() => PaymentStatus::Failed,
            None => PaymentStatus::Pending,
        }
    }

    /// Returns how much time the payment buys: an invoice its period, a single purchase 30 days, a change of plan none.
    #[must_use]
    pub fn length(&self) -> time::Duration {
        match (self.kind, self.period) {
            (PaymentKind::Purchase, _) => ONE_PURCHASE,
            (_, Some(period)) => (period.end - period.start).max(time::Duration::ZERO),
            (PaymentKind::PlanChange | PaymentKind::Goodwill, None) => time::Duration::ZERO,
            (PaymentKind::Subscription | PaymentKind::Renewal | PaymentKind::CarriedOver, None) => ONE_PURCHASE,
        }
    }

    /// Whether somebody may still pay it: unpaid, and not given up.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.paid_at.is_none() && !self.closed
    }

    /// Whether its description names the payment. Rows from before there was a column for it say it nowhere else.
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
