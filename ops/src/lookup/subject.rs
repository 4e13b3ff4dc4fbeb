//! Everything that an id, a number or an address leads to.

use std::collections::BTreeSet;

use tokio_postgres::{Client, Error};
use uuid::Uuid;

use super::kinds::may_be_a_uid;
use crate::tables::sql;

/// The most steps that are followed. A row of the outbox leads to a refund, its payment, its invoice and its reader;
/// nothing is further away.
const MOST_STEPS: usize = 6;

/// The preorders, the readers with their novels and the people that something leads to.
#[derive(Debug, Default)]
pub struct Subject {
    /// The preorders.
    pub preorders: BTreeSet<Uuid>,
    /// The readers, each with a novel.
    pub champions: BTreeSet<(String, i64)>,
    /// The people whom the text itself named, so that everything that belongs to them is part of the subject.
    pub people: BTreeSet<String>,
    /// Every id by which events and announcements may name the preorders, readers and people.
    pub keys: BTreeSet<String>,
    /// The keys that are UUIDs.
    pub uuids: BTreeSet<Uuid>,
}

impl Subject {
    /// Follows an id, a number or an address until nothing more is found.
    pub async fn find(client: &Client, what: &str) -> Result<Self, Error> {
        let mut subject = Self::default();
        subject.add_key(what);
        subject.add_key(&what.to_uppercase());
        if may_be_a_uid(what) {
            subject.add_key(&what.to_lowercase());
        }
        for _ in 0..MOST_STEPS {
            if !subject.follow(client).await? {
                break;
            }
        }
        subject.add_related_keys(client).await?;
        Ok(subject)
    }

    /// Returns the subject of these people and preorders, with everything that belongs to them.
    pub async fn of(client: &Client, people: &[String], preorders: &[Uuid]) -> Result<Self, Error> {
        let mut subject = Self { people: people.iter().cloned().collect(), ..Self::default() };
        subject.follow(client).await?;
        subject.preorders.extend(preorders);
        subject.add_related_keys(client).await?;
        Ok(subject)
    }

    async fn add_related_keys(&mut self, client: &Client) -> Result<(), Error> {
        let (users, novels) = self.champions();
        let (preorders, people) = (self.preorders(), self.people());
        let rows = client.query(sql!("related_keys"), &[&preorders, &users, &novels, &people]).await?;
        for row in &rows {
            self.add_key(row.try_get("key")?);
        }
        Ok(())
    }

    /// Returns the preorders as a parameter of a statement.
    pub fn preorders(&self) -> Vec<Uuid> {
        self.preorders.iter().copied().collect()
    }

    /// Returns the readers and their novels as two parameters of a statement.
    pub fn champions(&self) -> (Vec<&str>, Vec<i64>) {
        self.champions.iter().map(|(user, novel)| (user.as_str(), *novel)).unzip()
    }

    /// Returns the people as a parameter of a statement.
    pub fn people(&self) -> Vec<&str> {
        self.people.iter().map(String::as_str).collect()
    }

    /// Returns the keys as a parameter of a statement.
    pub fn keys(&self) -> Vec<&str> {
        self.keys.iter().map(String::as_str).collect()
    }

    /// Follows every key by one step. Returns whether anything new was found.
    async fn follow(&mut self, client: &Client) -> Result<bool, Error> {
        let uuids: Vec<_> = self.uuids.iter().collect();
        let rows = client.query(sql!("related"), &[&self.keys(), &uuids, &self.people()]).await?;
        let mut is_new = false;
        for row in &rows {
            let id: String = row.try_get("id")?;
            is_new |= match row.try_get("kind")? {
                "preorder" => Uuid::try_parse(&id).is_ok_and(|id| self.preorders.insert(id)),
                "person" => self.people.insert(id),
                "champion" => self.champions.insert((id, row.try_get("novel_id")?)),
                _ => self.add_key(&id),
            };
        }
        Ok(is_new)
    }

    fn add_key(&mut self, key: &str) -> bool {
        self.uuids.extend(Uuid::try_parse(key));
        self.keys.insert(key.to_owned())
    }
}
