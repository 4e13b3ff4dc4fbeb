//! People, and what is theirs.

use pledge_domain::{
    Timestamp,
    account::{Claims, StoredProfile},
    ids::UserId,
    ports::{AccountStore, StoreError},
    preorder::Preorder,
};

use crate::InMemoryStore;

impl AccountStore for InMemoryStore {
    async fn record_sign_in(
        &self,
        user: &UserId,
        claims: &Claims,
        now: Timestamp,
    ) -> Result<StoredProfile, StoreError> {
        let mut tables = self.transaction()?;
        tables.carry_out(claims, now);
        let row = tables.users.get(user).cloned().ok_or_else(|| StoreError::Internal("no such user".into()))?;
        Ok(StoredProfile {
            user: user.clone(),
            address: row.email,
            address_verified: row.email_verified,
            display_name: row.display_name,
            photo_url: row.photo_url,
            phone: row.phone,
            marketing_consent: row.marketing_consent,
        })
    }

    async fn preorders_of(&self, user: &UserId, limit: i64) -> Result<Vec<Preorder>, StoreError> {
        let tables = self.transaction()?;
        let mut own: Vec<Preorder> =
            tables.preorders.values().filter(|preorder| preorder.user_id.as_ref() == Some(user)).cloned().collect();
        own.sort_by_key(|preorder| (std::cmp::Reverse(preorder.created_at), preorder.id));
        own.truncate(usize::try_from(limit).unwrap_or(0));
        Ok(own)
    }
}
