//! Announcements about champions for Klaviyo.
//!
//! Each announcement has a key of its own: an invoice, a payment, or a subscription with its announced end. The kind of a
//! payment's announcement depends on the payment alone; otherwise it would depend on the order in which events arrive. A
//! reader without an e-mail address has no announcements, because Klaviyo finds profiles by address; their access is not
//! affected.

use serde_json::{Map, Value, json};
use time::format_description::well_known::Rfc3339;

use crate::{
    Timestamp,
    champion::{ChampionAccount, ChampionKey, PaymentKind, PaymentRecord, PurchaseType, Subscription, TierLevel},
    email::Email,
    ids::{DisputeId, RefundId},
    money::Money,
    outbox::{Announcement, AnnouncementKind, Payload, Profile},
    property,
    stripe::{Dispute, InvoiceFact, Refund},
};

/// Returns the announcement that a payment was made; none for kinds of payments that aren't announced. A payment of 0 has
/// no value and says whether it is a trial. `email`, the address on the invoice, is used if the reader has none stored.
pub(super) fn paid(
    account: &ChampionAccount,
    payment: &PaymentRecord,
    is_trial: bool,
    email: Option<&Email>,
) -> Option<Announcement> {
    let kind = match payment.kind {
        PaymentKind::Subscription => AnnouncementKind::ChampionStarted,
        PaymentKind::Renewal => AnnouncementKind::ChampionRenewed,
        PaymentKind::PlanChange if payment.amount.amount > 0 => AnnouncementKind::ChampionUpgraded,
        PaymentKind::PlanChange | PaymentKind::CarriedOver | PaymentKind::Goodwill => return None,
        PaymentKind::Purchase => match payment.purchase {
            Some(PurchaseType::New) => AnnouncementKind::ChampionStarted,
            Some(PurchaseType::Upgrade) => AnnouncementKind::ChampionUpgraded,
            Some(PurchaseType::Extend) | None => AnnouncementKind::ChampionExtended,
        },
    };
    let mut announcement = about_payment(account, kind, payment, payment.paid_at?, email)?;
    if payment.amount.amount == 0 {
        announcement.payload.value = None;
        announcement.payload.properties.insert("is_trial".into(), json!(is_trial));
    }
    Some(announcement)
}

/// Returns the announcement that an unbroken run of access and its grace are over, which is made once for each reader,
/// novel and end.
pub(super) fn ended(account: &ChampionAccount, tier: TierLevel, end: Timestamp, reason: &str) -> Option<Announcement> {
    let mut properties = properties(account, Some(tier));
    properties.insert("reason".into(), json!(reason));
    properties.extend(end.format(&Rfc3339).ok().map(|end| ("ended_at".to_owned(), json!(end))));
    let payload = Payload { profile: profile(account, None)?, properties, value: None, occurred_at: end };
    let ChampionKey { user, novel } = &account.key;
    let subject = format!("{user}:{}:{}", novel.get(), end.unix_timestamp());
    Some(Announcement::new(AnnouncementKind::ChampionEnded, &subject, payload))
}

/// Returns the announcement that an attempt to pay a single purchase was refused.
pub(super) fn payment_failed(
    account: &ChampionAccount,
    payment: &PaymentRecord,
    at: Timestamp,
) -> Option<Announcement> {
    about_payment(account, AnnouncementKind::ChampionPaymentFailed, payment, at, None)
}

/// Returns the announcement that an attempt to pay an invoice was refused.
pub(super) fn invoice_failed(
    account: &ChampionAccount,
    payment: &PaymentRecord,
    fact: &InvoiceFact,
) -> Option<Announcement> {
    about_invoice(account, AnnouncementKind::ChampionPaymentFailed, payment, fact)
}

/// Returns the announcement that the cardholder must confirm the payment of an invoice.
pub(super) fn action_required(
    account: &ChampionAccount,
    payment: &PaymentRecord,
    fact: &InvoiceFact,
) -> Option<Announcement> {
    about_invoice(account, AnnouncementKind::ChampionActionRequired, payment, fact)
}

/// Returns an announcement about an invoice that can still be paid, with the address of Stripe's page for it.
fn about_invoice(
    account: &ChampionAccount,
    kind: AnnouncementKind,
    payment: &PaymentRecord,
    fact: &InvoiceFact,
) -> Option<Announcement> {
    let mut announcement = about_payment(account, kind, payment, fact.at, fact.email.as_ref())?;
    let page = fact.page.as_ref().map(|page| ("hosted_invoice_url".to_owned(), json!(page)));
    announcement.payload.properties.extend(page);
    Some(announcement)
}

/// Returns the announcement that a part of a payment was refunded, which is made once for each refund.
pub(super) fn partly_refunded(
    account: &ChampionAccount,
    payment: &PaymentRecord,
    id: &RefundId,
    refund: &Refund,
) -> Option<Announcement> {
    let kind = AnnouncementKind::ChampionPartlyRefunded;
    let mut payload = about_payment(account, kind, payment, refund.created, None)?.payload;
    let back = Money { amount: refund.amount, ..payment.amount };
    payload.properties.insert(property::AMOUNT.into(), json!(back.to_decimal()));
    payload.properties.insert("refund_id".into(), json!(id.as_str()));
    payload.value = Some(back);
    Some(Announcement::new(kind, id.as_str(), payload))
}

/// Returns the announcement that all the money of a payment went back, by refunds or lost disputes.
pub(super) fn refunded(account: &ChampionAccount, payment: &PaymentRecord, at: Timestamp) -> Option<Announcement> {
    about_payment(account, AnnouncementKind::ChampionRefunded, payment, at, None)
}

/// Returns the announcement that a payment is disputed, which is made once for each dispute.
pub(super) fn disputed(
    account: &ChampionAccount,
    payment: &PaymentRecord,
    id: &DisputeId,
    dispute: &Dispute,
) -> Option<Announcement> {
    let at = dispute.first_heard_of().or(payment.paid_at)?;
    let mut announcement = about_payment(account, AnnouncementKind::ChampionDisputed, payment, at, None)?;
    announcement.payload.properties.extend(dispute.properties(id));
    Some(Announcement::new(AnnouncementKind::ChampionDisputed, id.as_str(), announcement.payload))
}

/// Returns the announcement that a subscription is going to end, or has ended. A subscription that ends at its announced
/// time is announced once; one that ends at another time, or is cancelled again in a later period, is announced again.
pub(super) fn cancelled(account: &ChampionAccount, subscription: &Subscription, at: Timestamp) -> Option<Announcement> {
    let end = subscription.period_end.filter(|_| subscription.cancel_at_period_end);
    let when = end.map_or_else(|| "at_once".to_owned(), |end| end.unix_timestamp().to_string());
    let mut properties = properties(account, subscription.tier);
    properties.insert("subscription_id".into(), json!(subscription.id.as_str()));
    properties.insert("reason".into(), json!(if end.is_some() { "cancel_at_period_end" } else { "ended" }));
    let end = end.and_then(|end| end.format(&Rfc3339).ok());
    properties.extend(end.map(|end| ("ends_at".to_owned(), json!(end))));
    let payload = Payload { profile: profile(account, None)?, properties, value: None, occurred_at: at };
    Some(Announcement::new(AnnouncementKind::ChampionCancelled, &format!("{}:{when}", subscription.id), payload))
}

fn about_payment(
    account: &ChampionAccount,
    kind: AnnouncementKind,
    payment: &PaymentRecord,
    at: Timestamp,
    email: Option<&Email>,
) -> Option<Announcement> {
    let mut properties = properties(account, payment.tier);
    properties.insert("payment_method".into(), json!(payment.method.name()));
    properties.insert(property::AMOUNT.into(), json!(payment.amount.to_decimal()));
    properties.insert("currency".into(), json!(payment.amount.currency.to_iso()));
    if let Some(subscription) = &payment.subscription {
        properties.insert("subscription_id".into(), json!(subscription.as_str()));
    }
    let payload =
        Payload { profile: profile(account, email)?, properties, value: Some(payment.amount), occurred_at: at };
    Some(Announcement::new(kind, &subject(payment), payload))
}

/// Returns the id that stands for a payment in the keys of its announcements: the invoice's, else that of Stripe's payment,
/// else our own. The ids of Stripe don't depend on which event or request made the record.
fn subject(payment: &PaymentRecord) -> String {
    match (payment.kind, &payment.invoice, &payment.payment_intent) {
        (PaymentKind::Subscription | PaymentKind::Renewal | PaymentKind::PlanChange, Some(invoice), _) => {
            invoice.to_string()
        }
        (PaymentKind::Purchase, _, Some(intent)) => intent.to_string(),
        _ => payment.id.to_string(),
    }
}

fn properties(account: &ChampionAccount, tier: Option<TierLevel>) -> Map<String, Value> {
    let mut properties = Map::new();
    properties.insert("novel_id".into(), json!(account.key.novel.get()));
    properties.insert(property::MARKETING_CONSENT.into(), json!(account.marketing_consent));
    if let Some(level) = tier {
        properties.insert("tier_level".into(), json!(level.get()));
        let name = account.tiers.iter().find(|tier| tier.level == level).map(|tier| &tier.name);
        properties.extend(name.map(|name| ("tier_name".to_owned(), json!(name))));
    }
    properties
}

/// Returns the Klaviyo profile of an announcement; none if there is no address to write to. A stored address that nobody
/// has proven isn't used: it may be a stranger's, who would get a message every month.
fn profile(account: &ChampionAccount, email: Option<&Email>) -> Option<Profile> {
    let address = match &account.email {
        Some(_) if account.email_is_unproven => None,
        Some(own) => Some(own),
        None => email,
    };
    Some(Profile {
        email: address.filter(|email| !email.is_erased())?.clone(),
        external_id: Some(account.key.user.clone()),
        phone_number: None,
        first_name: None,
        last_name: None,
    })
}
