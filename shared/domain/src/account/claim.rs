//! What a person claims, for a store to carry out.

use crate::{
    account::consent::{Consent, ConsentChange},
    email::Email,
    ids::{OutboxId, PreorderId, UserId},
};

/// Claims that one transaction carries out one after the other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claims {
    /// The condition under which each of them counts, looked at when its turn comes.
    pub only_while: Option<Ownerless>,
    /// The claims, in their order.
    pub list: Vec<Claim>,
}

impl Claims {
    /// Returns the announcements that may be stored with them.
    pub fn announcements(&self) -> impl Iterator<Item = OutboxId> {
        self.list.iter().filter_map(|claim| match claim {
            Claim::Consent(change) => Some(change.announcement.id),
            Claim::Address { .. } | Claim::Profile(_) | Claim::Preorder { .. } | Claim::Preorders { .. } => None,
        })
    }
}

/// Holds while a preorder is there, has no owner, and is of this address: an id that was used with another address is
/// somebody else's preorder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ownerless {
    /// The preorder.
    pub preorder: PreorderId,
    /// The address that it must have, whatever the case of its letters.
    pub address: Email,
}

/// Which row is to take what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// The address is known to be this user's: every other user row loses it.
    Address {
        /// Who keeps it.
        user: UserId,
        /// The address.
        address: Email,
        /// Whether nothing is taken if the user has a row already, because that row stays as it is.
        for_new_row: bool,
    },
    /// A user row is inserted, or updated if the profile says so.
    Profile(Box<Profile>),
    /// A preorder becomes the user's if it has no owner.
    Preorder {
        /// Whose it becomes.
        user: UserId,
        /// The preorder.
        preorder: PreorderId,
    },
    /// A consent to marketing or its withdrawal is stored with its announcement, unless it says nothing new of the address.
    Consent(Box<ConsentChange>),
    /// Every preorder of the address that has no owner becomes the user's.
    Preorders {
        /// Whose they become.
        user: UserId,
        /// The address.
        address: Email,
        /// Whether also those become the user's whose owner has never signed in and is known by this address alone, which
        /// is the user's now.
        from_address_alone: bool,
    },
}

/// What is to stand in a user row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// The uid.
    pub user: UserId,
    /// The address. A row that is new, or that is updated, goes without one if another row has it.
    pub address: Option<Email>,
    /// Whether the address is known to be theirs.
    pub address_verified: bool,
    /// The person's name; without one the stored name stays.
    pub display_name: Option<String>,
    /// The address of the person's picture; without one the stored address stays.
    pub photo_url: Option<String>,
    /// The person's telephone number, stored only where the row has none.
    pub phone: Option<String>,
    /// Whether they signed in: then a known row is updated, and the time of it is kept. Otherwise a known row stays as
    /// it is.
    pub signed_in: bool,
}

/// What a sign-in came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// The user row as it stands.
    pub profile: StoredProfile,
    /// Users who had proven that this row's proven address is theirs, before this one did: a few at most, and nobody whose
    /// things are somebody else's already. Some of them may be gone at Firebase.
    pub had_address_before: Vec<UserId>,
}

/// A user row as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredProfile {
    /// The uid.
    pub user: UserId,
    /// The person's address; none if another row has it.
    pub address: Option<Email>,
    /// Whether the address is known to be theirs.
    pub address_verified: bool,
    /// The person's name.
    pub display_name: Option<String>,
    /// The address of the person's picture.
    pub photo_url: Option<String>,
    /// The person's telephone number.
    pub phone: Option<String>,
    /// Whether the person agreed to marketing.
    pub marketing_consent: bool,
    /// What counts of what was said of marketing to the address; none from before that was recorded.
    pub consent: Option<Consent>,
}
