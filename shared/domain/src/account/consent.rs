//! Consent to marketing: whether somebody agreed, when and where they said so, and to which text.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::{
    Timestamp,
    consent::TextVersion,
    email::Email,
    ids::{OutboxId, PreorderId, UserId},
    outbox::{Announcement, AnnouncementKind, Payload, Profile},
    property,
};

/// The place where somebody agreed to marketing, or withdrew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentSource {
    /// The preorder form.
    PreorderForm,
    /// The reader's account.
    Account,
}

impl ConsentSource {
    /// Returns the name in the database and in announcements.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::PreorderForm => "preorder_form",
            Self::Account => "account",
        }
    }

    /// Returns the source with this name, or none.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::PreorderForm, Self::Account].into_iter().find(|source| source.name() == name)
    }
}

/// A consent to marketing, or its withdrawal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// Whether the person agrees; otherwise they withdraw an earlier consent, if there is one.
    pub given: bool,
    /// The version of the text that the person agrees to. A withdrawal needs none.
    pub text_version: Option<TextVersion>,
    /// Where the person says so.
    pub source: ConsentSource,
    /// When the person says so.
    pub said_at: Timestamp,
}

/// A consent or a withdrawal that is to be stored with its announcement, unless it says nothing new about the address.
///
/// Of several changes for one address the newest counts, but one that is `proven` isn't undone by one that isn't, since
/// anybody can send a form with somebody else's address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentChange {
    /// The user who says so, if they signed in. Their row is then updated too.
    pub user: Option<UserId>,
    /// The e-mail address to which marketing is or isn't sent.
    pub address: Email,
    /// Whether the user has proven that the address is theirs.
    pub proven: bool,
    /// The consent or withdrawal.
    pub consent: Consent,
    /// The announcement for Klaviyo, whose id is also the change's.
    pub announcement: Announcement,
}

impl ConsentChange {
    /// Returns the weight of this consent. Of several consents about one address, the one with the greatest weight counts.
    /// SQL statements sort by the same three columns.
    #[must_use]
    pub fn weight(&self) -> (bool, Timestamp, OutboxId) {
        (self.proven, self.consent.said_at, self.announcement.id)
    }

    /// Returns whether this consent repeats `counting`, the consent that counts for the address so far. `claim_consent.sql`
    /// has the same condition.
    ///
    /// A consent that a preorder's form gives for a proven address is always new: each form asks anew, and whoever
    /// unsubscribed at Klaviyo meanwhile, which isn't known here, is to be subscribed again. An account may only repeat what
    /// is stored, and nobody knows who repeats an unproven consent.
    #[must_use]
    pub fn says_nothing_new(&self, counting: &Self) -> bool {
        let asked_anew = self.consent.source == ConsentSource::PreorderForm && self.consent.given && self.proven;
        let same_text = !self.consent.given || counting.consent.text_version == self.consent.text_version;
        let same = counting.consent.given == self.consent.given && counting.proven >= self.proven && same_text;
        same && !asked_anew
    }

    /// Returns whether announcements may say that the person agrees to marketing; none if they must not say anything about
    /// it, since anybody can give this unproven consent for an address that isn't theirs. `unsent_outbox.sql` has the same
    /// condition.
    #[must_use]
    pub fn told(&self) -> Option<bool> {
        (self.proven || !self.consent.given).then_some(self.consent.given)
    }

    /// Returns the consent that a preorder's form gave. Its id is derived from the preorder's.
    #[must_use]
    pub fn of_form(
        preorder: PreorderId,
        address: &Email,
        user: Option<&UserId>,
        proven: bool,
        text_version: TextVersion,
        said_at: Timestamp,
    ) -> Self {
        let source = ConsentSource::PreorderForm;
        let consent = Consent { given: true, text_version: Some(text_version), source, said_at };
        Self::new(&preorder.to_string(), address, user, proven, consent)
    }

    /// Returns a consent or withdrawal that a reader gave in their account. Its id is derived from the user and the time.
    #[must_use]
    pub fn of_account(user: &UserId, address: &Email, proven: bool, consent: Consent) -> Self {
        let subject = format!("{user}:{}", consent.said_at.unix_timestamp_nanos() / 1000);
        Self::new(&subject, address, Some(user), proven, consent)
    }

    fn new(subject: &str, address: &Email, user: Option<&UserId>, proven: bool, consent: Consent) -> Self {
        let kind = if consent.given {
            AnnouncementKind::MarketingConsentGiven
        } else {
            AnnouncementKind::MarketingConsentWithdrawn
        };
        let mut properties = Map::new();
        properties.insert(property::ADDRESS_PROVEN.to_owned(), proven.into());
        properties.insert(property::MARKETING_CONSENT.to_owned(), consent.given.into());
        properties.insert(property::SOURCE.to_owned(), consent.source.name().into());
        properties
            .extend(consent.text_version.as_ref().map(|version| (property::TEXT_VERSION.to_owned(), json!(version))));
        let profile = Profile::of_address(address.clone());
        let payload = Payload { profile, properties, value: None, occurred_at: consent.said_at };
        let announcement = Announcement::new(kind, subject, payload);
        Self { user: user.cloned(), address: address.clone(), proven, consent, announcement }
    }
}

/// A change of the mailing list of people who agree to marketing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListChange {
    /// The address is put on the list.
    Subscribe,
    /// The address is taken off.
    Unsubscribe,
}

/// Returns how an announcement changes the mailing list; none if it doesn't. Consent for an unproven address subscribes the
/// address only if the list asks its owner to confirm (`double_opt_in`); otherwise anybody could subscribe anybody.
#[must_use]
pub fn list_change(announcement: &Announcement, double_opt_in: bool) -> Option<ListChange> {
    let is_proven = announcement.payload.properties.get(property::ADDRESS_PROVEN) == Some(&Value::Bool(true));
    match announcement.kind {
        AnnouncementKind::MarketingConsentGiven if is_proven || double_opt_in => Some(ListChange::Subscribe),
        AnnouncementKind::MarketingConsentWithdrawn => Some(ListChange::Unsubscribe),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version() -> TextVersion {
        TextVersion::parse("2026-11").unwrap()
    }

    #[test]
    fn a_form_that_is_sent_again_says_the_same() {
        let address = Email::parse("ada@example.com").unwrap();
        let preorder = PreorderId::parse("0a1b2c3d-0000-4000-8000-000000000000").unwrap();
        let at = |seconds| Timestamp::UNIX_EPOCH + time::Duration::seconds(seconds);
        let said = |seconds| ConsentChange::of_form(preorder, &address, None, false, version(), at(seconds));
        assert_eq!(said(1).announcement.id, said(2).announcement.id);
        let ada = UserId::parse("ada").unwrap();
        let account = |given, seconds| {
            let consent = Consent { given, text_version: None, source: ConsentSource::Account, said_at: at(seconds) };
            ConsentChange::of_account(&ada, &address, true, consent).announcement
        };
        assert_ne!(account(true, 1).id, account(true, 2).id);
        assert_ne!(account(true, 1).id, account(false, 1).id);
    }

    #[test]
    fn only_a_form_for_a_proven_address_says_the_same_anew() {
        let address = Email::parse("ada@example.com").unwrap();
        let ada = UserId::parse("ada").unwrap();
        let in_form = |id: &str, proven| {
            let preorder = PreorderId::parse(id).unwrap();
            ConsentChange::of_form(preorder, &address, Some(&ada), proven, version(), Timestamp::UNIX_EPOCH)
        };
        let in_account = |given| {
            let (text_version, source) = (Some(version()), ConsentSource::Account);
            let consent = Consent { given, text_version, source, said_at: Timestamp::UNIX_EPOCH };
            ConsentChange::of_account(&ada, &address, true, consent)
        };
        let counting = in_form("0a1b2c3d-0000-4000-8000-000000000000", true);
        let next = "0a1b2c3d-0000-4000-8000-000000000001";
        assert!(!in_form(next, true).says_nothing_new(&counting));
        assert!(in_form(next, false).says_nothing_new(&counting));
        assert!(in_account(true).says_nothing_new(&counting));
        assert!(in_account(false).says_nothing_new(&in_account(false)));
    }

    #[test]
    fn nobody_is_subscribed_who_has_neither_proven_the_address_nor_is_asked() {
        let address = Email::parse("ada@example.com").unwrap();
        let asks = |given, proven, double_opt_in| {
            let said_at = Timestamp::UNIX_EPOCH;
            let consent = Consent { given, text_version: None, source: ConsentSource::Account, said_at };
            let change = ConsentChange::of_account(&UserId::parse("ada").unwrap(), &address, proven, consent);
            list_change(&change.announcement, double_opt_in)
        };
        assert_eq!(asks(true, false, false), None);
        assert_eq!(asks(true, true, false), Some(ListChange::Subscribe));
        assert_eq!(asks(true, false, true), Some(ListChange::Subscribe));
        assert_eq!(asks(false, false, false), Some(ListChange::Unsubscribe));
    }

    #[test]
    fn an_announcement_says_the_address_and_nothing_else_of_the_person() {
        let address = Email::parse("ada@example.com").unwrap();
        let preorder = PreorderId::parse("0a1b2c3d-0000-4000-8000-000000000000").unwrap();
        let ada = UserId::parse("ada").unwrap();
        let change = ConsentChange::of_form(preorder, &address, Some(&ada), true, version(), Timestamp::UNIX_EPOCH);
        let Payload { profile, properties, .. } = change.announcement.payload;
        assert_eq!(profile, Profile::of_address(address));
        let expected = json!({
            "address_proven": true, "marketing_consent": true, "source": "preorder_form", "text_version": "2026-11",
        });
        assert_eq!(json!(properties), expected);
    }
}
