//! Deleting rows that aren't needed any more.

use pledge_domain::{
    Timestamp,
    ports::{RetentionStore, StoreError},
    retention::{Cleared, Cutoffs},
};

use crate::{
    Database,
    columns::Columns,
    error::Failure,
    lease::Lease,
    statement::{Statement, sql},
};

impl RetentionStore for Database {
    async fn clear_out(&self, cutoffs: &Cutoffs, limit: i64, now: Timestamp) -> Result<Cleared, StoreError> {
        self.run(|lease| clear_out(lease, cutoffs, limit, now)).await
    }
}

async fn clear_out(lease: Lease, cutoffs: &Cutoffs, limit: i64, now: Timestamp) -> Result<Cleared, Failure> {
    let statements = vec![
        Statement::new(sql!("clear_unpaid_preorders")).time(cutoffs.unpaid_preorders).bigint(limit).time(now),
        Statement::new(sql!("clear_sent_payloads")).time(cutoffs.sent_payloads).bigint(limit),
        Statement::new(sql!("clear_parked_payloads")).time(cutoffs.parked_payloads).bigint(limit).time(now),
        Statement::new(sql!("clear_events")).time(cutoffs.events).bigint(limit),
    ];
    let mut cleared = [0; 4];
    for (rows, cleared) in lease.transaction(statements).await?.iter().zip(&mut cleared) {
        for row in rows {
            *cleared += u64::try_from(Columns(row).get::<i64>("cleared")?).unwrap_or_default();
        }
    }
    let [unpaid_preorders, sent_payloads, parked_payloads, events] = cleared;
    Ok(Cleared { unpaid_preorders, sent_payloads, parked_payloads, events })
}
