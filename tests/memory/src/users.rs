//! User rows, and the claims on them.

use pledge_domain::{
    Timestamp,
    account::{Claim, Claims, Ownerless, Profile},
    email::Email,
    ids::UserId,
    preorder::Preorder,
};

use crate::Tables;

/// A user row, with the columns that the ports' contracts are about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserRow {
    /// The user's address, unless another row has it.
    pub email: Option<Email>,
    /// Whether the address was verified.
    pub email_verified: bool,
    /// The person's name.
    pub display_name: Option<String>,
    /// The user's picture.
    pub photo_url: Option<String>,
    /// The user's telephone number, from a form that they sent while signed in.
    pub phone: Option<String>,
    /// Whether the user agrees to marketing, by the consent that counts.
    pub marketing_consent: bool,
    /// The time of the last sign-in.
    pub last_login_at: Option<Timestamp>,
}

impl Tables {
    /// Carries claims out, one after the other. Returns how many preorders the last of them gave to the user.
    pub(crate) fn carry_out(&mut self, claims: &Claims, now: Timestamp) -> u64 {
        let mut given = 0;
        for claim in &claims.list {
            given = 0;
            if claims.only_while.as_ref().is_some_and(|condition| !self.holds(condition)) {
                continue;
            }
            match claim {
                Claim::Address { user, for_new_row: true, .. } if self.users.contains_key(user) => {}
                Claim::Address { user, address, .. } => self.take_address(&self.resolved(user), address),
                Claim::Profile(profile) => self.write_profile(profile, now),
                Claim::Consent(change) => self.say_consent(change, claims.only_while.is_some(), now),
                Claim::Preorder { user, preorder } => {
                    given = self.give(user, |it| it.user_id.is_none() && it.id == *preorder);
                }
                Claim::Preorders { user, address, from_address_alone } => {
                    let alone = if *from_address_alone { self.known_by_address_alone(address) } else { Vec::new() };
                    let free = |it: &Preorder| it.user_id.as_ref().is_none_or(|owner| alone.contains(owner));
                    given = self.give(user, |it| it.email.key() == address.key() && free(it));
                }
            }
        }
        given
    }

    fn holds(&self, condition: &Ownerless) -> bool {
        self.preorders
            .get(&condition.preorder)
            .is_some_and(|it| it.user_id.is_none() && it.email.key() == condition.address.key())
    }

    fn others_with(&self, user: &UserId, address: &Email) -> impl Iterator<Item = &UserId> {
        let has = |row: &UserRow| row.email.as_ref().is_some_and(|email| email.key() == address.key());
        self.users.iter().filter(move |(id, row)| *id != user && has(row)).map(|(id, _)| id)
    }

    fn take_address(&mut self, user: &UserId, address: &Email) {
        let theirs: Vec<_> = self.others_with(user, address).cloned().collect();
        for other in theirs {
            let proven = self.addresses(&other).is_some_and(|addresses| addresses.proven().is_some());
            let Some(row) = self.users.get_mut(&other) else { continue };
            row.email_verified = false;
            self.lost_addresses.extend(row.email.take().map(|email| (other, (email, proven))));
        }
    }

    /// Returns the user who stands for this uid by now.
    pub(crate) fn resolved(&self, user: &UserId) -> UserId {
        self.aliases.get(user).unwrap_or(user).clone()
    }

    fn known_by_address_alone(&self, address: &Email) -> Vec<UserId> {
        let alone = |id: &&UserId| self.addresses(id).is_some_and(|addresses| addresses.is_nothing_but(address));
        self.users.keys().filter(alone).cloned().collect()
    }

    /// Returns the users for whom a token had proven this user's address before, and who haven't been taken over.
    pub(crate) fn had_address_before(&self, user: &UserId) -> Vec<UserId> {
        let proven = self.users.get(user).filter(|row| row.email_verified).and_then(|row| row.email.as_ref());
        let Some(address) = proven else { return Vec::new() };
        let had = |id: &&UserId| self.addresses(id).is_some_and(|addresses| addresses.proved_before(address));
        let others = self.users.keys().filter(|id| *id != user && !self.aliases.contains_key(*id));
        others.filter(had).take(5).cloned().collect()
    }

    fn write_profile(&mut self, profile: &Profile, now: Timestamp) {
        let user = self.resolved(&profile.user);
        let known = self.users.get(&user).cloned();
        if known.is_some() && !profile.signed_in {
            return;
        }
        let kept = known.unwrap_or_default();
        let free = profile.address.clone().filter(|address| self.others_with(&user, address).next().is_none());
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
            marketing_consent: kept.marketing_consent,
            last_login_at: profile.signed_in.then_some(now),
        };
        let key = |email: &Option<Email>| email.as_ref().map(Email::key);
        let before = self.users.get(&user).map(|known| (key(&known.email), known.email_verified));
        let changed = before.is_some_and(|before| before != (key(&row.email), true));
        if row.email_verified && self.customers.contains_key(&user) && changed {
            self.outdated_customers.insert(user.clone());
        }
        if row.email.is_some() {
            self.lost_addresses.remove(&user);
        }
        self.users.insert(user, row);
    }

    /// Gives preorders to a user. Returns how many.
    fn give(&mut self, user: &UserId, which: impl Fn(&Preorder) -> bool) -> u64 {
        let (mut given, user) = (0, self.resolved(user));
        for preorder in self.preorders.values_mut().filter(|it| which(it)) {
            preorder.user_id = Some(user.clone());
            given += 1;
        }
        given
    }
}
