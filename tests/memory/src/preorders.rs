//! [`PreorderStore`](pledge_domain::ports::PreorderStore) in memory.

use pledge_domain::{
    Timestamp,
    account::Claims,
    ids::PreorderId,
    ports::{CheckoutSaved, LimitedError, NewPreorder, PreorderStore, StoreError},
    preorder::{
        Preorder,
        checkout::{OpenSession, use_up_attempt},
    },
};

use crate::{InMemoryStore, Tables};

impl PreorderStore for InMemoryStore {
    async fn initiate(&self, new: &NewPreorder) -> Result<Preorder, LimitedError> {
        let mut tables = self.transaction()?;
        let (id, now) = (new.preorder.id, new.preorder.created_at);
        let mut taken = Ok(());
        if !tables.preorders.contains_key(&id) {
            taken = tables.take(&new.uses, now);
            if taken.is_ok() {
                tables.preorders.insert(id, Preorder { user_id: None, ..new.preorder.clone() });
                tables.add_to_outbox(std::slice::from_ref(&new.started), now);
            }
        }
        tables.carry_out(&new.claims, now);
        taken?;
        Ok(tables.preorder(id)?)
    }

    async fn forget_uses(&self, now: Timestamp) -> Result<(), StoreError> {
        self.transaction()?.uses.retain(|_, until| *until >= now);
        Ok(())
    }

    async fn find(&self, id: PreorderId) -> Result<Option<Preorder>, StoreError> {
        let tables = self.transaction()?;
        Ok(tables.preorders.get(&id).map(|preorder| tables.as_read(preorder)))
    }

    async fn save_checkout(
        &self,
        id: PreorderId,
        attempt: i32,
        session: Option<&OpenSession>,
        claims: &Claims,
        now: Timestamp,
    ) -> Result<CheckoutSaved, StoreError> {
        let mut tables = self.transaction()?;
        tables.carry_out(claims, now);
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
        let some = found.into_iter().take(usize::try_from(limit).unwrap_or(0));
        Ok(some.map(|preorder| tables.as_read(preorder)).collect())
    }

    async fn stuck(&self, before: Timestamp) -> Result<i64, StoreError> {
        let tables = self.transaction()?;
        let stuck = tables.preorders.values().filter(|preorder| preorder.is_stuck(before));
        Ok(i64::try_from(stuck.count()).unwrap_or(i64::MAX))
    }

    async fn claim(&self, claims: &Claims, now: Timestamp) -> Result<u64, StoreError> {
        Ok(self.transaction()?.carry_out(claims, now))
    }
}

impl Tables {
    /// Returns a preorder with the address in its owner's row.
    pub(crate) fn as_read(&self, preorder: &Preorder) -> Preorder {
        let addresses = preorder.user_id.as_ref().and_then(|owner| self.addresses(owner));
        let owner_email = addresses.and_then(|addresses| addresses.trusted().cloned());
        Preorder { owner_email, ..preorder.clone() }
    }

    fn preorder(&self, id: PreorderId) -> Result<Preorder, StoreError> {
        let preorder = self.preorders.get(&id).map(|preorder| self.as_read(preorder));
        preorder.ok_or_else(|| StoreError::Internal("no such preorder".into()))
    }
}
