//! Time that had run before its payment was recorded. The reader couldn't use it, and an operator can make it good.

use pledge_domain::Timestamp;
use tokio_postgres::Client;

use super::report::Report;
use crate::{
    console::{Failure, words::iso},
    tables::sql,
};

/// Lists the time that had run before its payment was recorded, for payments that were recorded in the window.
pub async fn list(client: &Client, (from, to): (Timestamp, Timestamp), report: &mut Report) -> Result<(), Failure> {
    for row in client.query(sql!("late_time"), &[&from, &to]).await? {
        let payment: String = row.try_get("payment")?;
        let (user, novel, tier): (&str, i64, i32) =
            (row.try_get("user_id")?, row.try_get("novel_id")?, row.try_get("tier_level")?);
        let (start, end): (Timestamp, Timestamp) = (row.try_get("ran_from")?, row.try_get("ran_until")?);
        let hours = (end - start).whole_hours();
        let (start, end) = (iso(start), iso(end));
        let what = format!(
            "{hours} hours at tier {tier} of novel {novel} ran from {start} to {end}, before {user}'s payment was recorded: \
             `ops grant` makes them good"
        );
        report.left(&payment, &what, false)?;
    }
    Ok(())
}
