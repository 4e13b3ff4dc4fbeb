//! The stored record of an erasure, with which an interrupted erasure is continued.

use pledge_domain::{Timestamp, email::Email, ids::UserId};
use tokio_postgres::{Client, Error};
use uuid::Uuid;

use crate::{console::Failure, lookup::Subject, tables::sql};

/// The users, addresses and preorders to forget.
#[derive(Debug)]
pub struct Erasure {
    pub id: Uuid,
    pub users: Vec<String>,
    /// The addresses, in lower case.
    pub emails: Vec<String>,
    pub preorders: Vec<Uuid>,
}

impl Erasure {
    /// Returns the erasure of an address or a uid that was interrupted.
    pub async fn unfinished(client: &Client, who: &str) -> Result<Option<Self>, Error> {
        let row = client.query_opt(sql!("unfinished_erasure"), &[&who, &who.to_lowercase()]).await?;
        row.map(|row| {
            Ok(Self {
                id: row.try_get("id")?,
                users: row.try_get("user_ids")?,
                emails: row.try_get("emails")?,
                preorders: row.try_get("preorder_ids")?,
            })
        })
        .transpose()
    }

    /// Erases everything in the database in one transaction, and records that Firebase and Klaviyo are to forget the person
    /// too.
    pub async fn begin(&self, client: &mut Client, subject: &Subject, now: Timestamp) -> Result<(), Error> {
        let (readers, novels) = subject.champions();
        let transaction = client.transaction().await?;
        transaction.query(sql!("lock_person"), &[&self.preorders, &readers, &novels]).await?;
        let begun: [&(dyn tokio_postgres::types::ToSql + Sync); 5] =
            [&self.id, &self.users, &self.emails, &self.preorders, &now];
        transaction.execute(sql!("begin_erasure"), &begun).await?;
        transaction.execute(sql!("erase_preorders"), &[&self.preorders, &now]).await?;
        transaction.execute(sql!("erase_users"), &[&self.users, &now]).await?;
        transaction.execute(sql!("erase_announcements"), &[&subject.keys(), &now]).await?;
        transaction.commit().await
    }

    /// Erases what was recorded about the person since the erasure began, and then the record of the erasure.
    pub async fn finish(&self, client: &mut Client, now: Timestamp) -> Result<(), Error> {
        let subject = Subject::of(client, &self.users, &self.preorders).await?;
        let transaction = client.transaction().await?;
        transaction.execute(sql!("erase_announcements"), &[&subject.keys(), &now]).await?;
        transaction.execute(sql!("finish_erasure"), &[&self.id, &now]).await?;
        transaction.commit().await
    }

    /// Returns the accounts that Firebase is to delete.
    pub fn accounts(&self) -> Result<Vec<UserId>, Failure> {
        Ok(self.users.iter().map(UserId::parse).collect::<Result<_, _>>()?)
    }

    /// Returns the addresses whose profiles Klaviyo is to delete.
    pub fn addresses(&self) -> Vec<Email> {
        // A text that isn't an address has no profile in Klaviyo.
        let addresses = self.emails.iter().filter_map(|email| Email::parse(email).ok());
        addresses.filter(|email| !email.is_erased()).collect()
    }
}
