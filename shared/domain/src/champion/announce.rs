//! What Klaviyo hears of champions.
//!
//! Each announcement has a key of its own: an invoice, a payment, or a subscription with the end that it was given. Which
//! kind a payment has is decided by the payment alone, not by what else is known, or the order of arrival would
//! choose. Nobody without an e-mail address is announced: Klaviyo finds its profiles by it. The support of such a reader is
//! as good as any other's.

use serde_json::{Map, Value, json};
use time::format_description::well_known::Rfc3339;

use crate::{
    Timestamp,
    champion::{ChampionAccount, ChampionKey, PaymentKind, PaymentRecord, PurchaseType, Subscription, TierLevel},
    email::Email,
    ids::{DisputeId, RefundId},
    money::Money,
    outbox::{Announcement, AnnouncementKind, Payload, Profile},
    stripe::{Dispute, InvoiceFact, Refund},
};

/// Announces that a payment was made. What costs nothing says whether it is a trial and has no value. The address on
/// the invoice serves a reader of whom we have none.
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

/// Announces that a run of access is over, and so is its grace: once for each reader, novel and end.
pub(super) fn ended(account: &ChampionAccount, tier: TierLevel, end: Timestamp, reason: &str) -> Option<Announcement> {
    let mut properties = properties(account, Some(tier));
    properties.insert("reason".into(), json!(reason));
    properties.extend(end.format(&Rfc3339).ok().map(|end| ("ended_at".to_owned(), json!(end))));
    let payload = Payload { profile: profile(account, None)?, properties, value: None, occurred_at: end };
    let ChampionKey { user, novel } = &account.key;
    let subject = format!("{user}:{}:{}", novel.get(), end.unix_timestamp());
    Some(Announcement::new(AnnouncementKind::ChampionEnded, &subject, payload))
}

/// Announces that a try to pay a single purchase was refused.
pub(super) fn payment_failed(
    account: &ChampionAccount,
    payment: &PaymentRecord,
    at: Timestamp,
) -> Option<Announcement> {
    about_payment(account, AnnouncementKind::ChampionPaymentFailed, payment, at, None)
}

/// Announces that a try to pay an invoice was refused.
pub(super) fn invoice_failed(
    account: &ChampionAccount,
    payment: &PaymentRecord,
    fact: &InvoiceFact,
) -> Option<Announcement> {
    about_invoice(account, AnnouncementKind::ChampionPaymentFailed, payment, fact)
}

/// Announces that an invoice waits for the cardholder.
pub(super) fn action_required(
    account: &ChampionAccount,
    payment: &PaymentRecord,
    fact: &InvoiceFact,
) -> Option<Announcement> {
    about_invoice(account, AnnouncementKind::ChampionActionRequired, payment, fact)
}

/// Announces something about an invoice that can still be paid, with Stripe's page for it.
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

/// Announces that a part of the money went back, once for each refund.
pub(super) fn partly_refunded(
    account: &ChampionAccount,
    payment: &PaymentRecord,
    id: &RefundId,
    refund: &Refund,
) -> Option<Announcement> {
    let kind = AnnouncementKind::ChampionPartlyRefunded;
    let mut payload = about_payment(account, kind, payment, refund.created, None)?.payload;
    let back = Money { amount: refund.amount, ..payment.amount };
    payload.properties.insert("amount".into(), json!(back.to_decimal()));
    payload.properties.insert("refund_id".into(), json!(id.as_str()));
    payload.value = Some(back);
    Some(Announcement::new(kind, id.as_str(), payload))
}

/// Announces that all the money went back.
pub(super) fn refunded(account: &ChampionAccount, payment: &PaymentRecord, at: Timestamp) -> Option<Announcement> {
    about_payment(account, AnnouncementKind::ChampionRefunded, payment, at, None)
}

/// Announces that a payment is disputed, once for each dispute.
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

/// Announces that a subscription is going to end, or has ended. One that ends as was said is announced once; one that
/// ends otherwise, or is cancelled again in a later period, is announced anew.
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
    properties.insert("amount".into(), json!(payment.amount.to_decimal()));
    properties.insert("currency".into(), json!(payment.amount.currency.to_iso()));
    if let Some(subscription) = &payment.subscription {
        properties.insert("subscription_id".into(), json!(subscription.as_str()));
    }
    let payload =
        Payload { profile: profile(account, email)?, properties, value: Some(payment.amount), occurred_at: at };
    Some(Announcement::new(kind, &subject(payment), payload))
}

/// Returns what names a payment the same way whoever made its record: the invoice, else Stripe's payment, else our own
/// id.
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
    properties.insert("marketing_consent".into(), json!(account.marketing_consent));
    if let Some(level) = tier {
        properties.insert("tier_level".into(), json!(level.get()));
        let name = account.tiers.iter().find(|tier| tier.level == level).map(|tier| &tier.name);
        properties.extend(name.map(|name| ("tier_name".to_owned(), json!(name))));
    }
    properties
}

/// Returns whom an announcement is about; none without an address. One that nobody has proven isn't written to: it may be a
/// stranger's, who would get something every month.
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
