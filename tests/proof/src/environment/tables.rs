//! Deletes, saves, restores and counts the rows, and reads how they end.

use std::time::Duration;

use super::{MAX_ATTEMPTS, TestEnvironment};
use crate::{
    final_state::{FinalState, TABLES},
    log_audit,
};

/// Deletes the rows of every table that a run writes. Foreign keys aren't checked, so the order doesn't matter.
/// (`truncate` would make a new file for each table and index, which takes longer than the run.)
pub(super) const CLEAR: &str = "set session_replication_role = replica;
    delete from users; delete from user_alias; delete from consent; delete from preorders; delete from stripe_event;
    delete from stripe_catch_up; delete from outbox; delete from stripe_payment;
    delete from champion_segment; delete from champion_tier_price;
    delete from preorder_payment; delete from stripe_refund; delete from stripe_dispute;
    delete from stripe_subscription; delete from user_champion_subscription;
    delete from user_champion_subscription_record; delete from payment_record; delete from novel_champion_tiers;
    set session_replication_role = default;
    select add_default_champion_tiers(7)";

/// Replaces the rows of every table by those in the schema `saved`.
const RESTORE: &str = "set session_replication_role = replica;
    do $$
    declare
        saved_table text;
        columns text;
    begin
        for saved_table in select table_name from information_schema.tables where table_schema = 'saved' loop
            select string_agg(quote_ident(column_name), ', ') into columns from information_schema.columns
            where table_schema = 'public' and table_name = saved_table and is_generated = 'NEVER';
            execute format('delete from %1$I; insert into %1$I (%2$s) select %2$s from saved.%1$I', saved_table, columns);
        end loop;
    end
    $$;
    set session_replication_role = default";

impl TestEnvironment {
    /// Waits until every request that is late or that nobody waits for has taken effect.
    pub async fn wait_for_requests_in_flight(&self) {
        while self.injector.requests_in_flight() > 0 {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Brings everything that is still under way to its end. Returns how it ended.
    ///
    /// # Panics
    /// If an announcement is parked or waits for ever, or an event that Stripe delivered isn't recorded.
    pub async fn end(&mut self) -> FinalState {
        for _ in 0..MAX_ATTEMPTS {
            self.wait_for_requests_in_flight().await;
            self.settle().await;
            if self
                .count(
                    "select count(*) from outbox where sent_at is null and parked_at is null and superseded_at is null",
                )
                .await
                == 0
            {
                break;
            }
            self.clock.advance(Duration::from_secs(600));
            self.sweep().await;
        }
        assert_eq!(
            self.count("select count(*) from outbox where sent_at is null and superseded_at is null").await,
            0,
            "nothing waits or is parked"
        );
        let recorded = self.count("select count(*) from stripe_event").await;
        assert_eq!(usize::try_from(recorded).unwrap(), self.taken.len(), "every event is recorded once");
        log_audit::assert_clean();
        FinalState::of(&self.tables, &self.klaviyo).await
    }

    /// Saves the tables as they are, for [`Self::restore_tables`].
    pub async fn save_tables(&self) {
        let copies = TABLES.map(|table| format!("create table saved.{table} as table public.{table};")).concat();
        let sql = format!("drop schema if exists saved cascade; create schema saved; {copies}");
        self.tables.batch_execute(&sql).await.unwrap();
    }

    /// Restores the saved tables. Stripe has delivered nothing then, and Klaviyo and the queue are empty.
    pub async fn restore_tables(&mut self) {
        self.tables.batch_execute(RESTORE).await.unwrap();
        self.klaviyo.reset();
        while !self.sqs.queue.receive().is_empty() {}
        self.taken.clear();
        self.left_out.clear();
    }

    /// Returns how many rows all tables have together.
    pub async fn rows(&self) -> i64 {
        let counts = TABLES.map(|table| format!("(select count(*) from {table})")).join(" + ");
        self.count(&format!("select {counts}")).await
    }

    /// Returns the number that a query gives.
    pub async fn count(&self, sql: &str) -> i64 {
        self.tables.query_one(sql, &[]).await.unwrap().get(0)
    }
}
