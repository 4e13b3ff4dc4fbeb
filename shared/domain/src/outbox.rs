//! Announcements for Klaviyo, stored together with the state change that they report.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    Timestamp,
    email::Email,
    ids::{OutboxId, UserId},
    money::Money,
};

/// The kinds of announcements. What they are called in Klaviyo is configuration of the sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnnouncementKind {
    /// The form was sent; nothing is paid.
    PreorderStarted,
    /// The preorder is paid.
    PreorderSuccess,
    /// The checkout session ran out unpaid.
    PreorderAbandoned,
    /// A try to pay was refused.
    PreorderPaymentFailed,
    /// A part of the money went back.
    PreorderPartlyRefunded,
    /// All the money went back.
    PreorderRefunded,
    /// A payment is disputed.
    PreorderDisputed,
    /// The first invoice of a subscription, or a first single purchase, is paid.
    ChampionStarted,
    /// A later invoice of a subscription is paid.
    ChampionRenewed,
    /// A single purchase added time.
    ChampionExtended,
    /// A higher tier is paid, by a single purchase or a change of plan.
    ChampionUpgraded,
    /// A try to pay was refused.
    ChampionPaymentFailed,
    /// A renewal waits for the cardholder to agree.
    ChampionActionRequired,
    /// A subscription is going to end, or ended.
    ChampionCancelled,
    /// A part of the money of a payment went back.
    ChampionPartlyRefunded,
    /// All the money of a payment went back.
    ChampionRefunded,
    /// Access to a novel is over.
    ChampionEnded,
    /// A payment is disputed.
    ChampionDisputed,
    /// Somebody agreed to marketing.
    MarketingConsentGiven,
    /// Somebody doesn't agree to marketing any more.
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

    /// Returns what makes an announcement of this kind untrue while it waits; none if nothing does.
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

    /// Returns whether an announcement of this kind is there for marketing: without consent it carries the address and the
    /// preorder's id only.
    #[must_use]
    pub fn is_marketing(self) -> bool {
        matches!(self, Self::PreorderStarted | Self::PreorderAbandoned)
    }

    /// Returns whether an announcement of this kind is a consent or a withdrawal itself.
    #[must_use]
    pub fn is_consent(self) -> bool {
        self.perishes() == Some(Perishes::WithItsConsent)
    }

    /// Returns whether an announcement of this kind says, when it is sent, whether its buyer has a paid preorder: it
    /// begins a flow that wants them to pay.
    #[must_use]
    pub fn says_whether_paid(self) -> bool {
        matches!(self, Self::PreorderStarted | Self::PreorderAbandoned)
    }
}

/// What makes an announcement untrue that was true when it was recorded. The statement that loads announcements for
/// sending settles those as superseded; whether they were recorded never depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Perishes {
    /// The payment whose gateway id its key names, an invoice's or a `PaymentIntent`'s, is paid.
    WithItsPayment,
    /// The preorder that its key names is paid or has a newer session than the one that the key names, if it names one, or
    /// the buyer has paid another preorder since they made it.
    WithItsPreorder,
    /// Another consent or withdrawal counts for the address by now.
    WithItsConsent,
}

/// Whom an announcement is about. Klaviyo finds or makes the profile by the address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// The address.
    pub email: Email,
    /// The Firebase uid, if known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<UserId>,
    /// A telephone number in E.164 form; Klaviyo refuses the whole event for any other.
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
    /// Returns a profile of which nothing but the address is told.
    #[must_use]
    pub fn of_address(email: Email) -> Self {
        Self { email, external_id: None, phone_number: None, first_name: None, last_name: None }
    }

    /// Returns the profile with what an operator corrected: another address, or another telephone number or none.
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
    /// Takes a number as [`e164`] does; none if it isn't one.
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

/// A part of a profile that an event can do without, the smaller ones first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProfilePart {
    /// The telephone number.
    PhoneNumber,
    /// Everything but the address, which says whose the event is.
    AllButAddress,
}

/// What an announcement says, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payload {
    /// Whom it is about.
    pub profile: Profile,
    /// The event's properties.
    pub properties: Map<String, Value>,
    /// What it is worth, if money moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Money>,
    /// When it happened.
    #[serde(with = "time::serde::rfc3339")]
    pub occurred_at: Timestamp,
}

/// One announcement: a row of the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announcement {
    /// Derived from the key; Klaviyo's `unique_id`.
    pub id: OutboxId,
    /// What makes the announcement unique, such as `preorder_success:<preorder id>`.
    pub key: String,
    /// What it announces.
    pub kind: AnnouncementKind,
    /// What it says.
    pub payload: Payload,
}

impl Announcement {
    /// Announces `kind` about `subject`, for example a preorder's id.
    #[must_use]
    pub fn new(kind: AnnouncementKind, subject: &str, payload: Payload) -> Self {
        let key = format!("{}:{subject}", kind.name());
        Self { id: OutboxId::for_key(&key), key, kind, payload }
    }

    /// Says what is known of consent when the announcement is sent; without consent, nothing stays of one that is there for
    /// marketing but the address and the preorder's id. What was left out when it was recorded doesn't come back.
    pub fn say_consent(&mut self, given: bool) {
        if self.kind.is_consent() {
            return;
        }
        let payload = &mut self.payload;
        payload.limit_to_consent(self.kind.is_marketing(), given);
    }
}

impl Payload {
    /// Says whether there is consent, and leaves out what must not be told without if it is `for_marketing`.
    pub(crate) fn limit_to_consent(&mut self, for_marketing: bool, given: bool) {
        if for_marketing && !given {
            self.profile = Profile::of_address(self.profile.email.clone());
            self.properties.retain(|name, _| name == "preorder_id");
        }
        self.properties.insert("marketing_consent".to_owned(), given.into());
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
