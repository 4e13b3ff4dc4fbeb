//! The rows: forgotten, remembered, counted, and how they end.

use std::time::Duration;

use super::{PERSEVERANCE, World};
use crate::{
    state::{End, TABLES},
    watch,
};

/// Every table that a run writes; without a look at foreign keys, in any order. (`truncate` would make a new file for
/// each table and index, which takes longer than the run.)
pub(super) const FORGET: &str = "set session_replication_role = replica;
    delete from users; delete from preorders; delete from stripe_event; delete from outbox; delete from stripe_payment;
    delete from stripe_subscription; delete from user_champion_subscription;
    delete from user_champion_subscription_record; delete from payment_record; delete from novel_champion_tiers;
    set session_replication_role = default;
    select add_default_champion_tiers(7)";

/// Every table as it is in the schema `memory`.
const RECALL: &str = "set session_replication_role = replica;
    do $$
    declare
        remembered text;
        columns text;
    begin
        for remembered in select table_name from information_schema.tables where table_schema = 'memory' loop
            select string_agg(quote_ident(column_name), ', ') into columns from information_schema.columns
            where table_schema = 'public' and table_name = remembered and is_generated = 'NEVER';
            execute format('delete from %1$I; insert into %1$I (%2$s) select %2$s from memory.%1$I', remembered, columns);
        end loop;
    end
    $$;
    set session_replication_role = default";

impl World {
    /// What is late arrives.
    pub async fn wait_for_stragglers(&self) {
        while self.plane.stragglers() > 0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Everything that is still under way comes to its end; returns how it ended.
    ///
    /// # Panics
    /// If a fact waits in the outbox for ever, or an event that Stripe delivered isn't recorded.
    pub async fn end(&mut self) -> End {
        for _ in 0..PERSEVERANCE {
            self.wait_for_stragglers().await;
            self.settle().await;
            if self.count("select count(*) from outbox where sent_at is null and parked_at is null").await == 0 {
                break;
            }
            self.clock.advance(Duration::from_secs(600));
            self.sweep().await;
        }
        assert_eq!(
            self.count("select count(*) from outbox where sent_at is null").await,
            0,
            "nothing waits or is parked"
        );
        let recorded = self.count("select count(*) from stripe_event").await;
        assert_eq!(usize::try_from(recorded).unwrap(), self.taken.len(), "every event is recorded once");
        watch::assert_clean();
        End::of(&self.tables, &self.klaviyo).await
    }

    /// Remembers the tables as they are, for [`Self::recall`].
    pub async fn remember(&self) {
        let copies = TABLES.map(|table| format!("create table memory.{table} as table public.{table};")).concat();
        let sql = format!("drop schema if exists memory cascade; create schema memory; {copies}");
        self.tables.batch_execute(&sql).await.unwrap();
    }

    /// The tables are as they were; Stripe has delivered nothing since, and Klaviyo and the queue are empty.
    pub async fn recall(&mut self) {
        self.tables.batch_execute(RECALL).await.unwrap();
        self.klaviyo.reset();
        while !self.queue.receive().is_empty() {}
        self.taken.clear();
    }

    /// How many rows all tables have together.
    pub async fn rows(&self) -> i64 {
        let counts = TABLES.map(|table| format!("(select count(*) from {table})")).join(" + ");
        self.count(&format!("select {counts}")).await
    }

    /// A number from the tables.
    pub async fn count(&self, sql: &str) -> i64 {
        self.tables.query_one(sql, &[]).await.unwrap().get(0)
    }
}
