//! The changes of a preorder by a Stripe event.

use crate::{effect::Effect, outbox::Announcement, preorder::Preorder};

/// The change of a preorder by a Stripe event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreorderChange {
    /// The preorder to insert or to replace.
    pub write: PreorderWrite,
    /// The announcements for Klaviyo. One whose key is stored already is not stored again.
    pub announcements: Vec<Announcement>,
}

/// The write of one preorder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PreorderWrite {
    /// The preorder isn't stored yet.
    Insert(Box<Preorder>),
    /// The preorder is stored, and this transaction has locked its row.
    Update(Box<Preorder>),
}

impl PreorderChange {
    /// Returns the effect of an event that changes a stored preorder.
    pub(super) fn update(
        preorder: Preorder,
        announcements: impl IntoIterator<Item = Announcement>,
    ) -> Effect<PreorderChange> {
        let write = PreorderWrite::Update(Box::new(preorder));
        Effect::Change(Self { write, announcements: announcements.into_iter().collect() })
    }
}
