//! The rule of takeovers: whether one user may have everything of another.

use crate::{
    email::Email,
    ids::{CustomerId, UserId},
};

/// The part of a user row that a takeover depends on, read under the user's lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserState {
    /// The uid.
    pub id: UserId,
    /// The user's addresses in the row.
    pub addresses: Addresses,
    /// The Stripe customer, if one was made.
    pub customer: Option<CustomerId>,
    /// The user who took this user over, if somebody did.
    pub taken_by: Option<UserId>,
}

/// The addresses in a user row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Addresses {
    /// The address of the row.
    pub own: Option<Email>,
    /// Whether `own` is verified.
    pub own_is_verified: bool,
    /// Whether the user has ever signed in. A row may be known by its address alone.
    pub has_signed_in: bool,
    /// The address that another row took from this one.
    pub lost: Option<Email>,
    /// Whether a token had proven that `lost` is the user's.
    pub lost_was_proven: bool,
}

impl Addresses {
    /// Returns the address that a token proved to be the user's: `own`, or, if the row has none, `lost`.
    #[must_use]
    pub fn proven(&self) -> Option<&Email> {
        match &self.own {
            Some(own) => Some(own).filter(|_| self.own_is_verified && self.has_signed_in),
            None => self.lost.as_ref().filter(|_| self.lost_was_proven),
        }
    }

    /// Returns `own` if it may stand for the user in their preorders: it is verified, or all that is known of the user. An
    /// unverified address of somebody who signed in may be anybody's. `preorder.sql` has the same condition.
    #[must_use]
    pub fn trusted(&self) -> Option<&Email> {
        self.own.as_ref().filter(|_| self.own_is_verified || !self.has_signed_in)
    }

    /// Returns whether nothing but this address was known of the user, and another row has taken it. Nobody has signed in as
    /// this user, so the preorders may become those of the address's owner. `claim_preorders.sql` has the same condition.
    #[must_use]
    pub fn is_nothing_but(&self, address: &Email) -> bool {
        let lost = self.lost.as_ref().is_some_and(|lost| lost.key() == address.key());
        lost && self.own.is_none() && !self.has_signed_in
    }

    /// Returns whether a token proved this address to be the user's before another row took it. `user_profile.sql` has the
    /// same condition.
    #[must_use]
    pub fn proved_before(&self, address: &Email) -> bool {
        self.own.is_none() && self.proven().is_some_and(|lost| lost.key() == address.key())
    }
}

/// The reason why one user is to have everything of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    /// Firebase says that the former user is deleted, and somebody signed in with their address.
    CameBack,
    /// The former user is anonymous, and the successor showed the ID tokens of both.
    HandedOver,
    /// An operator merges the two.
    Merged,
}

impl Ground {
    /// Returns the name in the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::CameBack => "came_back",
            Self::HandedOver => "handed_over",
            Self::Merged => "merged",
        }
    }
}

/// The reason why a user isn't taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Kept {
    /// One of the two users has no row.
    #[error("one of the two users is not known here")]
    Unknown,
    /// The former user was taken over before, maybe by the same successor, or is the successor.
    #[error("the former user was taken over before")]
    TakenAlready,
    /// The successor was taken over by somebody else.
    #[error("the successor was taken over by somebody else")]
    SuccessorTaken,
    /// The two users haven't proven the same address.
    #[error("no token has proven one address to be both users'")]
    NotProven,
}

/// Decides whether `successor` may have everything of `former`.
///
/// # Errors
/// [`Kept`] if it may not.
pub fn may_take_over(ground: Ground, former: Option<&UserState>, successor: Option<&UserState>) -> Result<(), Kept> {
    let (Some(former), Some(successor)) = (former, successor) else { return Err(Kept::Unknown) };
    if former.id == successor.id || former.taken_by.is_some() {
        return Err(Kept::TakenAlready);
    }
    if successor.taken_by.is_some() {
        return Err(Kept::SuccessorTaken);
    }
    let of = |user: &UserState| user.addresses.proven().map(Email::key);
    match ground {
        Ground::CameBack if of(former).is_none() || of(former) != of(successor) => Err(Kept::NotProven),
        Ground::CameBack | Ground::HandedOver | Ground::Merged => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(id: &str, proven: Option<&str>) -> UserState {
        UserState { id: UserId::parse(id).unwrap(), addresses: own(proven), customer: None, taken_by: None }
    }

    fn own(proven: Option<&str>) -> Addresses {
        let own = proven.map(|address| Email::parse(address).unwrap());
        Addresses { own, own_is_verified: true, has_signed_in: true, ..Addresses::default() }
    }

    #[test]
    fn an_address_is_proven_by_a_token_and_stays_so_when_another_row_takes_it() {
        let ada = own(Some("ada@example.com"));
        assert_eq!(ada.proven(), ada.own.as_ref());
        for unproven in [
            Addresses { own_is_verified: false, ..ada.clone() },
            Addresses { has_signed_in: false, ..ada.clone() },
            Addresses { own: None, lost: ada.own.clone(), ..ada },
        ] {
            assert_eq!(unproven.proven(), None, "{unproven:?}");
        }
        let lost = Addresses { lost: ada.own.clone(), lost_was_proven: true, ..Addresses::default() };
        assert_eq!(lost.proven(), ada.own.as_ref());
        let another = Addresses { own: Some(Email::parse("eve@example.com").unwrap()), ..lost };
        assert_eq!(another.proven(), None, "the row has another address, and nobody proved that");
    }

    #[test]
    fn an_unproven_address_stands_only_for_somebody_who_never_signed_in() {
        let ada = own(Some("ada@example.com"));
        let unproven = Addresses { own_is_verified: false, ..ada.clone() };
        assert_eq!(ada.trusted(), ada.own.as_ref());
        assert_eq!(unproven.trusted(), None);
        assert_eq!(Addresses { has_signed_in: false, ..unproven }.trusted(), ada.own.as_ref());
    }

    #[test]
    fn a_lost_address_leads_to_its_former_user_only_while_they_have_no_other() {
        let [ada, eve] = ["ADA@example.com", "eve@example.com"].map(|address| Email::parse(address).unwrap());
        let lost = Addresses { lost: own(Some("ada@example.com")).own, ..Addresses::default() };
        assert!(lost.is_nothing_but(&ada) && !lost.is_nothing_but(&eve));
        assert!(!lost.proved_before(&ada), "nobody proved it");
        let proven = Addresses { lost_was_proven: true, has_signed_in: true, ..lost.clone() };
        assert!(proven.proved_before(&ada) && !proven.proved_before(&eve));
        assert!(!proven.is_nothing_but(&ada), "their account is known by its sign-in too");
        for found in [lost, proven] {
            let another = Addresses { own: Some(eve.clone()), ..found };
            assert!(!another.is_nothing_but(&ada) && !another.proved_before(&ada), "{another:?}");
        }
    }

    #[test]
    fn only_an_address_that_both_have_proven_brings_a_former_account_back() {
        let (old, new) = (user("old", Some("ada@example.com")), user("new", Some("ADA@example.com")));
        assert_eq!(may_take_over(Ground::CameBack, Some(&old), Some(&new)), Ok(()));
        for (old, new) in [
            (user("old", None), new),
            (old.clone(), user("new", None)),
            (user("old", None), user("new", None)),
            (old, user("new", Some("eve@example.com"))),
        ] {
            assert_eq!(may_take_over(Ground::CameBack, Some(&old), Some(&new)), Err(Kept::NotProven));
            assert_eq!(may_take_over(Ground::HandedOver, Some(&old), Some(&new)), Ok(()), "the tokens prove it");
        }
    }

    #[test]
    fn what_is_somebody_elses_already_is_nobodys_to_take() {
        let (old, new) = (user("old", Some("ada@example.com")), user("new", Some("ada@example.com")));
        let taken = |it: &UserState| UserState { taken_by: Some(UserId::parse("third").unwrap()), ..it.clone() };
        for ground in [Ground::CameBack, Ground::HandedOver, Ground::Merged] {
            assert_eq!(may_take_over(ground, Some(&taken(&old)), Some(&new)), Err(Kept::TakenAlready));
            assert_eq!(may_take_over(ground, Some(&old), Some(&taken(&new))), Err(Kept::SuccessorTaken));
            assert_eq!(may_take_over(ground, Some(&old), Some(&old)), Err(Kept::TakenAlready));
            assert_eq!(may_take_over(ground, None, Some(&new)), Err(Kept::Unknown));
        }
    }
}
