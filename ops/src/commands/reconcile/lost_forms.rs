//! Preorders whose form is lost. After the loss of a database, payments can be fetched again from Stripe, forms can't.

use pledge_domain::Timestamp;
use tokio_postgres::Client;

use super::report::Report;
use crate::{console::Failure, tables::sql};

/// Lists the preorders that were paid in the window and made from their payment, so that somebody asks their customers.
pub async fn name(client: &Client, (from, to): (Timestamp, Timestamp), report: &mut Report) -> Result<(), Failure> {
    let rows = client.query(sql!("lost_forms"), &[&from, &to]).await?;
    let numbers = rows.iter().map(|row| row.try_get("preorder_number")).collect::<Result<Vec<&str>, _>>()?;
    if !numbers.is_empty() {
        report.unseen(format!(
            "what only their forms knew (notes, and that consent to marketing was meant) of preorders that were made of \
             their payment: {}",
            numbers.join(", ")
        ));
    }
    Ok(())
}
