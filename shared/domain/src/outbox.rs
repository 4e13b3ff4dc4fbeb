//! Announcements for Klaviyo, stored together with the state change that they report.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    Timestamp,
    email::Email,
    ids::{OutboxId, UserId},
    money::Money,
    property,
};

/// The kind of an announcement. The name of its event in Klaviyo is configured for the sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnnouncementKind {
    /// The form was sent; nothing is paid.
    PreorderStarted,
    /// The preorder is paid.
    PreorderSuccess,
    /// The checkout session expired unpaid.
    PreorderAbandoned,
    /// An attempt to pay a preorder was refused.
    PreorderPaymentFailed,
    /// A part of a preorder's money was refunded.
    PreorderPartlyRefunded,
    /// All the money of a preorder went back.
    PreorderRefunded,
    /// A payment of a preorder is disputed.
    PreorderDisputed,
    /// The first invoice of a subscription, or a first single purchase, is paid.
    ChampionStarted,
    /// A later invoice of a subscription is paid.
    ChampionRenewed,
    /// A single purchase added time.
    ChampionExtended,
    /// A higher tier is paid, by a single purchase or a change of plan.
    ChampionUpgraded,
    /// An attempt to pay for a novel was refused.
    ChampionPaymentFailed,
    /// The cardholder must confirm a renewal's payment.
    ChampionActionRequired,
    /// A subscription is going to end, or has ended.
    ChampionCancelled,
    /// A part of the money of a payment for a novel was refunded.
    ChampionPartlyRefunded,
    /// All the money of a payment for a novel went back.
    ChampionRefunded,
    /// Access to a novel is over.
    ChampionEnded,
    /// A payment for a novel is disputed.
    ChampionDisputed,
    /// Somebody agreed to marketing.
    MarketingConsentGiven,
    /// Somebody withdrew their consent to marketing.
    MarketingConsentWithdrawn,
}

impl AnnouncementKind {
    /// Every kind.
    pub const ALL: [Self; 20] = [
        Self::PreorderStarted,
        Self::PreorderSuccess,
        Self::PreorderAbandoned,
        Self::PreorderPaymentFailed,
        Self::PreorderPartlyRefunded,
        Self::PreorderRefunded,
        Self::PreorderDisputed,
        Self::ChampionStarted,
        Self::ChampionRenewed,
        Self::ChampionExtended,
        Self::ChampionUpgraded,
        Self::ChampionPaymentFailed,
        Self::ChampionActionRequired,
        Self::ChampionCancelled,
        Self::ChampionPartlyRefunded,
        Self::ChampionRefunded,
        Self::ChampionEnded,
        Self::ChampionDisputed,
        Self::MarketingConsentGiven,
        Self::MarketingConsentWithdrawn,
    ];

    /// Returns the name in the database and, unless configured otherwise, in Klaviyo.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::PreorderStarted => "preorder_started",
            Self::PreorderSuccess => "preorder_success",
            Self::PreorderAbandoned => "preorder_abandoned",
            Self::PreorderPaymentFailed => "preorder_payment_failed",
            Self::PreorderPartlyRefunded => "preorder_partly_refunded",
            Self::PreorderRefunded => "preorder_refunded",
            Self::PreorderDisputed => "preorder_disputed",
            Self::ChampionStarted => "champion_started",
            Self::ChampionRenewed => "champion_renewed",
            Self::ChampionExtended => "champion_extended",
            Self::ChampionUpgraded => "champion_upgraded",
            Self::ChampionPaymentFailed => "champion_payment_failed",
            Self::ChampionActionRequired => "champion_action_required",
            Self::ChampionPartlyRefunded => "champion_partly_refunded",
            Self::ChampionCancelled => "champion_cancelled",
            Self::ChampionRefunded => "champion_refunded",
            Self::ChampionEnded => "champion_ended",
            Self::ChampionDisputed => "champion_disputed",
            Self::MarketingConsentGiven => "marketing_consent_given",
            Self::MarketingConsentWithdrawn => "marketing_consent_withdrawn",
        }
    }

    /// Returns the kind with this name, or none.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Returns what can make an announcement of this kind untrue while it waits to be sent; none if nothing can.
    #[must_use]
    pub fn perishes(self) -> Option<Perishes> {
        match self {
            Self::ChampionPaymentFailed | Self::ChampionActionRequired => Some(Perishes::WithItsPayment),
            Self::PreorderAbandoned | Self::PreorderPaymentFailed => Some(Perishes::WithItsPreorder),
            Self::MarketingConsentGiven | Self::MarketingConsentWithdrawn => Some(Perishes::WithItsConsent),
            Self::PreorderStarted
            | Self::PreorderSuccess
            | Self::PreorderPartlyRefunded
            | Self::PreorderRefunded
            | Self::PreorderDisputed
            | Self::ChampionStarted
            | Self::ChampionRenewed
            | Self::ChampionExtended
            | Self::ChampionUpgraded
            | Self::ChampionCancelled
            | Self::ChampionPartlyRefunded
            | Self::ChampionRefunded
            | Self::ChampionEnded
            | Self::ChampionDisputed => None,
        }
    }

    /// Returns the page on which a reader does what an announcement of this kind asks of them; none if it asks nothing.
    #[must_use]
    pub fn way_back(self) -> Option<WayBack> {
        match self {
            Self::PreorderAbandoned | Self::PreorderPaymentFailed => Some(WayBack::Preorder),
            Self::ChampionPaymentFailed | Self::ChampionActionRequired => Some(WayBack::Account),
            Self::PreorderStarted
            | Self::PreorderSuccess
            | Self::PreorderPartlyRefunded
            | Self::PreorderRefunded
            | Self::PreorderDisputed
            | Self::ChampionStarted
            | Self::ChampionRenewed
            | Self::ChampionExtended
            | Self::ChampionUpgraded
            | Self::ChampionCancelled
            | Self::ChampionPartlyRefunded
            | Self::ChampionRefunded
            | Self::ChampionEnded
            | Self::ChampionDisputed
            | Self::MarketingConsentGiven
            | Self::MarketingConsentWithdrawn => None,
        }
    }

    /// Returns whether an announcement of this kind serves marketing: without consent it has the address and the preorder's
    /// id only.
    #[must_use]
    pub fn is_marketing(self) -> bool {
        matches!(self, Self::PreorderStarted | Self::PreorderAbandoned)
    }

    /// Returns whether an announcement of this kind is a consent or a withdrawal itself.
    #[must_use]
    pub fn is_consent(self) -> bool {
        self.perishes() == Some(Perishes::WithItsConsent)
    }

    /// Returns whether an announcement of this kind says, when it is sent, whether its buyer has a paid preorder, since it
    /// starts a flow in Klaviyo that asks them to pay.
    #[must_use]
    pub fn says_whether_paid(self) -> bool {
        matches!(self, Self::PreorderStarted | Self::PreorderAbandoned)
    }
}

/// The page to which an announcement leads if it asks its reader to do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WayBack {
    /// The page on which the preorder can be paid.
    Preorder,
    /// The reader's account, where a payment is repaired.
    Account,
}

/// The condition under which a recorded announcement is no longer true. The statement that loads announcements for sending
/// marks such announcements as superseded. Whether an announcement is recorded doesn't depend on the condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Perishes {
    /// The invoice or `PaymentIntent` in the announcement's key is paid.
    WithItsPayment,
    /// The preorder in the announcement's key is paid, or has a newer session than the one in the key, if there is one, or
    /// the buyer has paid another preorder since.
    WithItsPreorder,
    /// Another consent or withdrawal counts for the address by now.
    WithItsConsent,
}

/// The person whom an announcement is about. Klaviyo finds or makes its profile by the address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// The address.
    pub email: Email,
    /// The Firebase uid, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<UserId>,
    /// The telephone number in E.164 form; with a number in another form, Klaviyo refuses the whole event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone_number: Option<String>,
    /// Given name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// Family name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
}

impl Profile {
    /// Returns a profile with nothing but the address.
    #[must_use]
    pub fn of_address(email: Email) -> Self {
        Self { email, external_id: None, phone_number: None, first_name: None, last_name: None }
    }

    /// Returns the profile with an operator's corrections: `email` replaces the address, and `phone` replaces the telephone
    /// number, or removes it if it is `Some(None)`.
    #[must_use]
    pub fn corrected(self, email: Option<Email>, phone: Option<Option<PhoneNumber>>) -> Self {
        Self {
            email: email.unwrap_or(self.email),
            phone_number: phone.map_or(self.phone_number, |phone| phone.map(|phone| phone.0)),
            ..self
        }
    }

    /// Returns the profile without a part that Klaviyo refused; none if it doesn't have that part.
    #[must_use]
    pub fn without(&self, part: ProfilePart) -> Option<Self> {
        let rest = match part {
            ProfilePart::PhoneNumber => Self { phone_number: None, ..self.clone() },
            ProfilePart::AllButAddress => Self::of_address(self.email.clone()),
        };
        (rest != *self).then_some(rest)
    }
}

/// A telephone number in E.164 form. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct PhoneNumber(String);

impl PhoneNumber {
    /// Parses a number as [`e164`] does; none if it isn't one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        e164(text).map(Self)
    }
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PhoneNumber(hidden)")
    }
}

/// A part of a profile that can be left out of an event, the smaller parts first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProfilePart {
    /// The telephone number.
    PhoneNumber,
    /// Everything but the address, by which Klaviyo finds the profile.
    AllButAddress,
}

/// The content of an announcement, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payload {
    /// The person whom the announcement is about.
    pub profile: Profile,
    /// The properties of the event in Klaviyo.
    pub properties: Map<String, Value>,
    /// The amount of money that moved, if any did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Money>,
    /// When the announced thing happened.
    #[serde(with = "time::serde::rfc3339")]
    pub occurred_at: Timestamp,
}

/// One announcement: a row of the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    /// The row's id, derived from the key, and Klaviyo's `unique_id`.
    pub id: OutboxId,
    /// The key that makes the announcement unique, such as `preorder_success:<preorder id>`.
    pub key: String,
    /// The kind of announcement.
    pub kind: AnnouncementKind,
    /// The content.
    pub payload: Payload,
}

impl Announcement {
    /// Returns the announcement of this kind about `subject`, for example a preorder's id. Its key is `{kind}:{subject}`.
    #[must_use]
    pub fn new(kind: AnnouncementKind, subject: &str, payload: Payload) -> Self {
        let key = format!("{}:{subject}", kind.name());
        Self { id: OutboxId::for_key(&key), key, kind, payload }
    }

    /// Sets `marketing_consent` to the consent that counts when the announcement is sent; a consent's own announcement
    /// stays as it is. Without consent, an announcement for marketing keeps the address and the preorder's id only. Values
    /// that were left out when it was recorded aren't added.
    pub fn say_consent(&mut self, given: bool) {
        if self.kind.is_consent() {
            return;
        }
        let payload = &mut self.payload;
        payload.limit_to_consent(self.kind.is_marketing(), given);
    }
}

impl Payload {
    /// Sets `marketing_consent`; if the payload is `for_marketing` and there is no consent, removes everything but the
    /// address and the preorder's id.
    pub(crate) fn limit_to_consent(&mut self, for_marketing: bool, given: bool) {
        if for_marketing && !given {
            self.profile = Profile::of_address(self.profile.email.clone());
            self.properties.retain(|name, _| name == property::PREORDER);
        }
        self.properties.insert(property::MARKETING_CONSENT.to_owned(), given.into());
    }
}

/// Returns the number if it is in E.164 form (`+` and 7 to 15 digits, the first not 0) after spaces, dots, dashes and
/// brackets are removed.
#[must_use]
pub fn e164(phone: &str) -> Option<String> {
    let compact: String = phone.chars().filter(|c| !matches!(c, ' ' | '-' | '.' | '(' | ')')).collect();
    let digits = compact.strip_prefix('+')?;
    let valid =
        (7..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
    valid.then_some(compact)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_kinds_are_read_back() {
        for kind in AnnouncementKind::ALL {
            assert_eq!(AnnouncementKind::parse(kind.name()), Some(kind));
        }
        assert_eq!(AnnouncementKind::parse("other"), None);
    }

    #[test]
    fn only_international_numbers_go_to_klaviyo() {
        assert_eq!(e164("+852 5123-4567").as_deref(), Some("+85251234567"));
        for local in ["051234567", "5123 4567", "+0123456789", "+1", "", "+12345678901234567", "+49 30 x"] {
            assert_eq!(e164(local), None, "{local:?}");
        }
    }
}
