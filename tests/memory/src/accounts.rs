//! [`AccountStore`](pledge_domain::ports::AccountStore) in memory.

use std::collections::BTreeSet;

use pledge_domain::{
    Timestamp,
    account::{Addresses, Claims, SignedIn, StoredProfile, UserState},
    champion::ChampionKey,
    decide::{NovelOfTwo, TakeoverPlan, TwoUsers},
    ids::UserId,
    ports::{AccountStore, StoreError},
    preorder::Preorder,
};

use crate::{InMemoryStore, Tables};

impl AccountStore for InMemoryStore {
    async fn record_sign_in(&self, user: &UserId, claims: &Claims, now: Timestamp) -> Result<SignedIn, StoreError> {
        let mut tables = self.transaction()?;
        tables.carry_out(claims, now);
        let user = &tables.resolved(user);
        let row = tables.users.get(user).cloned().ok_or_else(|| StoreError::Internal("no such user".into()))?;
        let had_address_before = tables.had_address_before(user);
        let counts = row.email.as_ref().and_then(|address| tables.consent_of(address));
        let profile = StoredProfile {
            consent: counts.map(|change| change.consent.clone()),
            user: user.clone(),
            address: row.email,
            address_verified: row.email_verified,
            display_name: row.display_name,
            photo_url: row.photo_url,
            phone: row.phone,
            marketing_consent: row.marketing_consent,
        };
        Ok(SignedIn { profile, had_address_before })
    }

    async fn preorders_of(&self, user: &UserId, limit: i64) -> Result<Vec<Preorder>, StoreError> {
        let tables = self.transaction()?;
        let user = &tables.resolved(user);
        let mut own: Vec<Preorder> = tables
            .preorders
            .values()
            .filter(|it| it.user_id.as_ref() == Some(user))
            .map(|it| tables.as_read(it))
            .collect();
        own.sort_by_key(|preorder| (std::cmp::Reverse(preorder.created_at), preorder.id));
        own.truncate(usize::try_from(limit).unwrap_or(0));
        Ok(own)
    }

    async fn take_over<Refusal: Send>(
        &self,
        former: &UserId,
        successor: &UserId,
        _now: Timestamp,
        decide: impl Fn(TwoUsers) -> Result<TakeoverPlan, Refusal> + Send + Sync,
    ) -> Result<Result<(), Refusal>, StoreError> {
        let mut tables = self.transaction()?;
        let of = |user: &UserId, novel| ChampionKey { user: user.clone(), novel };
        let novels = BTreeSet::from_iter(
            tables.champions.keys().filter(|key| [former, successor].contains(&&key.user)).map(|key| key.novel),
        );
        let novel = |novel| NovelOfTwo {
            former: tables.champion_account(&of(former, novel), None),
            successor: tables.champion_account(&of(successor, novel), None),
        };
        let users = TwoUsers {
            former: tables.state_of(former),
            successor: tables.state_of(successor),
            novels: novels.into_iter().map(novel).collect(),
        };
        match decide(users) {
            Ok(plan) => {
                tables.take_over(former, successor, plan);
                Ok(Ok(()))
            }
            Err(refusal) => Ok(Err(refusal)),
        }
    }
}

impl Tables {
    fn state_of(&self, user: &UserId) -> Option<UserState> {
        Some(UserState {
            id: user.clone(),
            addresses: self.addresses(user)?,
            customer: self.customers.get(user).cloned(),
            taken_by: self.aliases.get(user).cloned(),
        })
    }

    /// Returns what a user's row says of the user's addresses; none without a row.
    pub(crate) fn addresses(&self, user: &UserId) -> Option<Addresses> {
        let row = self.users.get(user)?;
        let lost = self.lost_addresses.get(user);
        Some(Addresses {
            own: row.email.clone(),
            own_is_verified: row.email_verified,
            has_signed_in: row.last_login_at.is_some(),
            lost: lost.map(|(address, _)| address.clone()),
            lost_was_proven: lost.is_some_and(|(_, proven)| *proven),
        })
    }

    fn take_over(&mut self, former: &UserId, successor: &UserId, plan: TakeoverPlan) {
        for preorder in self.preorders.values_mut().filter(|it| it.user_id.as_ref() == Some(former)) {
            preorder.user_id = Some(successor.clone());
        }
        for alias in self.aliases.values_mut().filter(|alias| *alias == former) {
            alias.clone_from(successor);
        }
        self.aliases.insert(former.clone(), successor.clone());
        if let Some(customer) = plan.customer {
            self.customers.remove(former);
            self.customers.entry(successor.clone()).or_insert(customer);
        }
        self.move_champions(former, successor, plan.closed);
        for novel in plan.novels {
            self.write_champion(novel.write);
        }
    }
}
