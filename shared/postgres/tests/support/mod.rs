//! A store on a database of its own.
#![allow(dead_code, clippy::unwrap_used, reason = "shared by test files that each use a part; failing is the point")]

mod champions;

use std::net::SocketAddr;

use pledge_domain::{
    Timestamp,
    champion::{ChampionKey, PaymentRecord, Support, Tier},
    ids::{PreorderId, UserId},
    ports::ChampionStore,
};
use pledge_postgres::{
    Database, Settings,
    prepared::{self, Part},
};
use pledge_runtime::Environment;
use pledge_testkit::{
    TestDatabase,
    builders::an_email,
    contract::UserRow,
    contract::{LedgerRow, Subject},
};
use tokio_postgres::Client;

/// A migrated database, the store on it, and a connection for looking at its tables.
pub struct PostgresStore {
    pub store: Database,
    pub tables: Client,
    pub database: TestDatabase,
}

impl PostgresStore {
    pub async fn fresh() -> Self {
        Self::with_connections(1).await
    }

    pub async fn with_connections(connections: usize) -> Self {
        let database = TestDatabase::new().await;
        let store = store(&pooler().map_or_else(|| database.url(), |pooler| database.url_through(pooler)), connections);
        Self { store, tables: database.connect().await, database }
    }

    /// Returns the only column of the only row of a query.
    pub async fn count(&self, sql: &str) -> i64 {
        self.tables.query_one(sql, &[]).await.unwrap().get(0)
    }
}

/// Returns a store that prepares its statements when a connection opens, unless `DATABASE_STATEMENTS` says otherwise: the
/// suite runs with both settings.
pub fn store(url: &str, connections: usize) -> Database {
    store_preparing(prepared::ALL, &statements(), url, connections)
}

/// Returns a store that prepares `parts` when a connection opens.
pub fn store_preparing(parts: &'static [Part], statements: &str, url: &str, connections: usize) -> Database {
    let variables = [("STAGE", "local"), ("DATABASE_URL", url), ("DATABASE_STATEMENTS", statements)];
    let environment: Environment = variables.into_iter().collect();
    let settings = environment.configure(Settings::configured).unwrap();
    Database::new(settings.with_connections(connections).preparing(parts), None).unwrap()
}

/// Returns how many round trips it takes to open a connection without TLS and password, and to prepare statements on
/// it.
pub fn opening() -> usize {
    if statements() == "unnamed" { 1 } else { 2 }
}

/// Returns the address of the pooler between the store and the server, if there is one.
#[expect(clippy::disallowed_methods, reason = "the suite is told from outside which way it runs")]
fn pooler() -> Option<SocketAddr> {
    std::env::var("TEST_POOLER").ok().map(|address| address.parse().unwrap())
}

#[expect(clippy::disallowed_methods, reason = "the suite is told from outside which way it runs")]
fn statements() -> String {
    std::env::var("DATABASE_STATEMENTS").unwrap_or_else(|_| "named".to_owned())
}

impl Subject for PostgresStore {
    type Store = Database;

    fn store(&self) -> &Database {
        &self.store
    }

    async fn user(&self, id: &UserId) -> Option<UserRow> {
        let row = self.tables.query_opt("select * from users where id = $1", &[&id.as_str()]).await.unwrap()?;
        Some(UserRow {
            email: row.get::<_, Option<&str>>("email").map(an_email),
            email_verified: row.get("email_verified"),
            display_name: row.get("display_name"),
            photo_url: row.get("photo_url"),
            phone: row.get("phone"),
            marketing_consent: row.get("marketing_consent"),
            last_login_at: row.get("last_login_at"),
        })
    }

    async fn success_sent_at(&self, id: PreorderId) -> Option<Timestamp> {
        let sql = "select klaviyo_event_sent_at from preorders where id = $1";
        self.tables.query_one(sql, &[&id.as_uuid()]).await.unwrap().get(0)
    }

    async fn open_novel(&self, tiers: Vec<Tier>) {
        let sql = "select add_default_champion_tiers($1)";
        self.tables.query(sql, &[&tiers[0].novel.get()]).await.unwrap();
        let key = ChampionKey { user: UserId::parse("nobody").unwrap(), novel: tiers[0].novel };
        assert_eq!(self.store.account(&key).await.unwrap().tiers, tiers, "the migration's defaults are the domain's");
    }

    async fn put_payment(&self, key: &ChampionKey, payment: &PaymentRecord) {
        champions::put(&self.tables, key, payment).await;
    }

    async fn support(&self, key: &ChampionKey) -> Option<Support> {
        champions::support(&self.tables, key).await
    }

    async fn ledger(&self, key: &ChampionKey) -> Vec<LedgerRow> {
        champions::ledger(&self.tables, key).await
    }
}
