//! Claims of a person: to an address, a profile, preorders or a consent. A store carries them out.

use crate::{
    account::consent::{Consent, ConsentChange},
    email::Email,
    ids::{OutboxId, PreorderId, UserId},
};

/// Claims that one transaction carries out in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claims {
    /// The condition under which each claim counts, checked just before the claim is carried out; none if they always
    /// count.
    pub only_while: Option<Ownerless>,
    /// The claims, in their order.
    pub list: Vec<Claim>,
}

impl Claims {
    /// Returns the ids of the announcements that may be stored with the claims.
    pub fn announcements(&self) -> impl Iterator<Item = OutboxId> {
        self.list.iter().filter_map(|claim| match claim {
            Claim::Consent(change) => Some(change.announcement.id),
            Claim::Address { .. } | Claim::Profile(_) | Claim::Preorder { .. } | Claim::Preorders { .. } => None,
        })
    }
}

/// The condition that a preorder exists, has no owner, and has this address. An id that was used with another address is
/// somebody else's preorder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ownerless {
    /// The preorder.
    pub preorder: PreorderId,
    /// The address that the preorder must have; upper and lower case count as equal.
    pub address: Email,
}

/// One change to users and preorders, carried out as one guarded statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// The address is known to be this user's: every other user row loses it.
    Address {
        /// The user who keeps the address.
        user: UserId,
        /// The address.
        address: Email,
        /// Whether the claim is for a new row only. If the user has a row already, that row stays as it is, and no other
        /// row loses the address.
        for_new_row: bool,
    },
    /// A user row is inserted, or updated if [`Profile::signed_in`] says so.
    Profile(Box<Profile>),
    /// A preorder becomes the user's if it has no owner.
    Preorder {
        /// The preorder's new owner.
        user: UserId,
        /// The preorder.
        preorder: PreorderId,
    },
    /// A consent to marketing, or its withdrawal, is stored with its announcement, unless it says nothing new of the
    /// address.
    Consent(Box<ConsentChange>),
    /// Every preorder of the address that has no owner becomes the user's.
    Preorders {
        /// The preorders' new owner.
        user: UserId,
        /// The address.
        address: Email,
        /// Whether preorders also become the user's if their owner has never signed in and is known by this address alone.
        from_address_alone: bool,
    },
}

/// The values to write into a user row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// The uid.
    pub user: UserId,
    /// The address. It is not written if another row has it.
    pub address: Option<Email>,
    /// Whether the address is known to be the person's.
    pub address_verified: bool,
    /// The person's name; without one the stored name stays.
    pub display_name: Option<String>,
    /// The address of the person's picture; without one the stored address stays.
    pub photo_url: Option<String>,
    /// The person's telephone number, stored only where the row has none.
    pub phone: Option<String>,
    /// Whether the person signed in: then an existing row is updated, with the time of the sign-in. Otherwise an existing
    /// row stays as it is.
    pub signed_in: bool,
}

/// The result of a sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// The user row after the sign-in.
    pub profile: StoredProfile,
    /// Other users who proved earlier that this row's proven address is theirs, and whom nobody has taken over yet; a few
    /// at most. Some of them may be deleted at Firebase.
    pub had_address_before: Vec<UserId>,
}

/// A user row as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredProfile {
    /// The uid.
    pub user: UserId,
    /// The person's address; none if another row has it.
    pub address: Option<Email>,
    /// Whether the address is known to be the person's.
    pub address_verified: bool,
    /// The person's name.
    pub display_name: Option<String>,
    /// The address of the person's picture.
    pub photo_url: Option<String>,
    /// The person's telephone number.
    pub phone: Option<String>,
    /// Whether the person agreed to marketing.
    pub marketing_consent: bool,
    /// The consent or withdrawal that counts for the address; none if there is none, or if it was given before consents
    /// were recorded.
    pub consent: Option<Consent>,
}
