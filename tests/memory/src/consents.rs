//! Consent to marketing, by address.

use pledge_domain::{Timestamp, account::ConsentChange, email::Email, ids::OutboxId, outbox::Announcement};

use crate::{OutboxRow, Tables};

impl Tables {
    /// Returns the consent that counts for an address.
    pub(crate) fn consent_of(&self, address: &Email) -> Option<&ConsentChange> {
        self.consents.iter().filter(|change| change.address.key() == address.key()).max_by_key(|change| change.weight())
    }

    /// Stores a consent, unless it repeats the one that counts. `is_form` says whether it belongs to the form of a
    /// preorder without an owner.
    pub(crate) fn say_consent(&mut self, change: &ConsentChange, is_form: bool, now: Timestamp) {
        let is_known = self.consents.iter().any(|other| other.announcement.id == change.announcement.id);
        let is_new = !is_known && !self.consent_of(&change.address).is_some_and(|it| change.says_nothing_new(it));
        if is_new {
            self.consents.push(change.clone());
            let entry = change.announcement.clone();
            self.outbox.entry(entry.id).or_insert_with(|| OutboxRow::new(entry, now));
        }
        let user = change.user.as_ref().map(|user| self.resolved(user));
        let row = user.and_then(|user| self.users.get_mut(&user));
        if let Some(row) = row.filter(|_| is_new || !is_form) {
            row.marketing_consent = change.consent.given;
        }
    }

    /// Returns whether an announcement is about a consent of which another one counts by now.
    pub(crate) fn is_outdated(&self, entry: &Announcement) -> bool {
        let mine = self.consents.iter().find(|change| change.announcement.id == entry.id);
        mine.and_then(|mine| self.consent_of(&mine.address)).is_some_and(|counts| counts.announcement.id != entry.id)
    }

    /// Marks the announcement of the consent that counts for an address as unsent, if it was sent before `sent` reached
    /// Klaviyo.
    pub(crate) fn send_again_what_counts_after(&mut self, sent: OutboxId) {
        let mine = self.consents.iter().find(|change| change.announcement.id == sent);
        let counts = mine.and_then(|mine| self.consent_of(&mine.address)).map(|counts| counts.announcement.id);
        if let Some(row) = counts.filter(|counts| *counts != sent).and_then(|counts| self.outbox.get_mut(&counts)) {
            row.send_again = row.sent_at.take().is_none();
        }
    }
}
