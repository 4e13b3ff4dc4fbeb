//! The user rows, and what people claim.

use pledge_domain::{
    Timestamp,
    account::{Claim, Claims, Ownerless, Profile},
    email::Email,
    ids::UserId,
    preorder::Preorder,
};

use crate::Tables;

/// A user row, as far as the ports' contracts speak of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserRow {
    /// The user's address, unless somebody else's row has it.
    pub email: Option<Email>,
    /// Whether the address is known to be theirs.
    pub email_verified: bool,
    /// The person's name.
    pub display_name: Option<String>,
    /// The user's picture.
    pub photo_url: Option<String>,
    /// The user's telephone number, from a form that they sent while signed in.
    pub phone: Option<String>,
    /// Whether they agreed to marketing in such a form.
    pub marketing_consent: bool,
    /// When they last signed in.
    pub last_login_at: Option<Timestamp>,
}

impl Tables {
    /// Carries out claims one after the other. Returns how many preorders the last of them gave away.
    pub(crate) fn carry_out(&mut self, claims: &Claims, now: Timestamp) -> u64 {
        let mut given = 0;
        for claim in &claims.list {
            given = 0;
            if claims.only_while.as_ref().is_some_and(|condition| !self.holds(condition)) {
                continue;
            }
            match claim {
                Claim::Address { user, for_new_row: true, .. } if self.users.contains_key(user) => {}
                Claim::Address { user, address, .. } => self.take_address(user, address),
                Claim::Profile(profile) => self.write_profile(profile, now),
                Claim::Preorder { user, preorder } => given = self.give(user, |it| it.id == *preorder),
                Claim::Preorders { user, address } => given = self.give(user, |it| it.email.key() == address.key()),
            }
        }
        given
    }

    fn holds(&self, condition: &Ownerless) -> bool {
        self.preorders
            .get(&condition.preorder)
            .is_some_and(|it| it.user_id.is_none() && it.email.key() == condition.address.key())
    }

    fn others_with(&mut self, user: &UserId, address: &Email) -> impl Iterator<Item = &mut UserRow> {
        let has = |row: &UserRow| row.email.as_ref().is_some_and(|email| email.key() == address.key());
        self.users.iter_mut().filter(move |(id, row)| *id != user && has(row)).map(|(_, row)| row)
    }

    fn take_address(&mut self, user: &UserId, address: &Email) {
        for row in self.others_with(user, address) {
            row.email = None;
            row.email_verified = false;
        }
    }

    fn write_profile(&mut self, profile: &Profile, now: Timestamp) {
        let known = self.users.get(&profile.user).cloned();
        if known.is_some() && !profile.signed_in {
            return;
        }
        let kept = known.unwrap_or_default();
        let free = profile.address.clone().filter(|address| self.others_with(&profile.user, address).next().is_none());
        let (email, email_verified) = match &profile.address {
            Some(_) => (free.clone(), free.is_some() && profile.address_verified),
            None => (kept.email, kept.email_verified),
        };
        let row = UserRow {
            email,
            email_verified,
            display_name: profile.display_name.clone().or(kept.display_name),
            photo_url: profile.photo_url.clone().or(kept.photo_url),
            phone: kept.phone.or_else(|| profile.phone.clone()),
            marketing_consent: kept.marketing_consent || profile.marketing_consent,
            last_login_at: profile.signed_in.then_some(now),
        };
        self.users.insert(profile.user.clone(), row);
    }

    /// Gives preorders without an owner to a user; returns how many.
    fn give(&mut self, user: &UserId, which: impl Fn(&Preorder) -> bool) -> u64 {
        let mut given = 0;
        for preorder in self.preorders.values_mut().filter(|it| it.user_id.is_none() && which(it)) {
            preorder.user_id = Some(user.clone());
            given += 1;
        }
        given
    }
}
