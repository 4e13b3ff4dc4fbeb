//! Preorders.

use std::collections::btree_map::Entry;

use pledge_domain::{
    Timestamp,
    email::Email,
    ids::{PreorderId, UserId},
    ports::{CheckoutSaved, PreorderStore, StoreError},
    preorder::{
        Preorder, Session, SessionState, Status,
        checkout::{OpenSession, use_up_attempt},
        initiate::NewPreorder,
    },
    user::{Account, Owner},
};

use crate::{InMemoryStore, Tables};

impl PreorderStore for InMemoryStore {
    async fn initiate(&self, new: &NewPreorder) -> Result<Preorder, StoreError> {
        let mut tables = self.transaction()?;
        let id = new.preorder.id;
        if let Entry::Vacant(place) = tables.preorders.entry(id) {
            place.insert(Preorder { user_id: None, ..new.preorder.clone() });
            tables.add_to_outbox(std::slice::from_ref(&new.started), new.preorder.created_at);
        }
        if tables.is_ownerless(id, Some(&new.preorder.email)) {
            match &new.owner {
                Owner::SignedIn(user) => {
                    tables.sign_in(user, Some(&new.preorder), new.preorder.created_at);
                    if let Some(email) = user.email.as_ref().filter(|_| user.email_verified) {
                        tables.link_address(&user.id, email);
                    }
                    tables.give(id, &user.id);
                }
                Owner::ByEmail(account) => {
                    tables.ensure_account(account, &new.preorder.email);
                    if account.may_own_by_email() {
                        tables.link_address(&account.id, &new.preorder.email);
                    }
                    tables.give(id, &account.id);
                }
                Owner::Unknown => {}
            }
        }
        tables.preorder(id)
    }

    async fn find(&self, id: PreorderId) -> Result<Option<Preorder>, StoreError> {
        Ok(self.transaction()?.preorders.get(&id).cloned())
    }

    async fn save_checkout(
        &self,
        id: PreorderId,
        attempt: i32,
        session: Option<&OpenSession>,
        owner: Option<&Account>,
        _now: Timestamp,
    ) -> Result<CheckoutSaved, StoreError> {
        let mut tables = self.transaction()?;
        if let Some(account) = owner
            && tables.is_ownerless(id, None)
        {
            let email = tables.preorder(id)?.email;
            tables.ensure_account(account, &email);
            tables.give(id, &account.id);
        }
        let preorder = tables.preorder(id)?;
        let Some(saved) = use_up_attempt(preorder.clone(), attempt, session) else {
            return Ok(CheckoutSaved::LostRace(Box::new(preorder)));
        };
        tables.preorders.insert(id, saved);
        Ok(CheckoutSaved::Saved)
    }

    async fn without_owner(&self, last: Option<&Preorder>, limit: i64) -> Result<Vec<Preorder>, StoreError> {
        let tables = self.transaction()?;
        let age = |preorder: &Preorder| (preorder.created_at, preorder.id);
        let wanted = |preorder: &&Preorder| preorder.user_id.is_none() && Some(age(preorder)) > last.map(age);
        let mut found: Vec<_> = tables.preorders.values().filter(wanted).collect();
        found.sort_by_key(|preorder| age(preorder));
        Ok(found.into_iter().take(usize::try_from(limit).unwrap_or(0)).cloned().collect())
    }

    async fn stuck(&self, before: Timestamp) -> Result<i64, StoreError> {
        let tables = self.transaction()?;
        let expired = |session: &Session| {
            session.state == SessionState::Open && session.expires_at.is_some_and(|expires_at| expires_at < before)
        };
        let stuck = tables
            .preorders
            .values()
            .filter(|preorder| preorder.status == Status::Processing && preorder.session.as_ref().is_some_and(expired));
        Ok(i64::try_from(stuck.count()).unwrap_or(i64::MAX))
    }

    async fn link_owner(&self, id: PreorderId, account: &Account, _now: Timestamp) -> Result<u64, StoreError> {
        let mut tables = self.transaction()?;
        if !tables.is_ownerless(id, None) {
            return Ok(0);
        }
        let email = tables.preorder(id)?.email;
        tables.ensure_account(account, &email);
        Ok(tables.link_address(&account.id, &email))
    }

    async fn knows_user(&self, id: &UserId) -> Result<bool, StoreError> {
        Ok(self.transaction()?.users.contains_key(id))
    }
}

impl Tables {
    fn preorder(&self, id: PreorderId) -> Result<Preorder, StoreError> {
        self.preorders.get(&id).cloned().ok_or_else(|| StoreError::Internal("no such preorder".into()))
    }

    /// Whether the preorder is there, has no owner, and is of this address, if one is given.
    fn is_ownerless(&self, id: PreorderId, email: Option<&Email>) -> bool {
        self.preorders.get(&id).is_some_and(|preorder| {
            preorder.user_id.is_none() && email.is_none_or(|email| email.key() == preorder.email.key())
        })
    }

    fn give(&mut self, id: PreorderId, user: &UserId) {
        if let Some(preorder) = self.preorders.get_mut(&id) {
            preorder.user_id.get_or_insert_with(|| user.clone());
        }
    }

    /// Gives every ownerless preorder of this address to the user.
    fn link_address(&mut self, user: &UserId, email: &Email) -> u64 {
        let mut linked = 0;
        for preorder in self.preorders.values_mut() {
            if preorder.user_id.is_none() && preorder.email.key() == email.key() {
                preorder.user_id = Some(user.clone());
                linked += 1;
            }
        }
        linked
    }
}
