//! `ops reconcile`: compares the database with Stripe, and Klaviyo with the database.
//!
//! Objects are compared by their present state. Each object of a list becomes the event that Stripe would have sent about
//! it. The event says what must be stored; if it isn't, the event is recorded like a delivery. So a repair is a decision
//! like any other: neither order nor repetitions change the result, and Stripe's own event may still arrive.

mod announcements;
mod comparison;
mod disputes;
mod event;
mod invoices;
mod late_time;
mod lost_forms;
mod ownership;
mod purchases;
mod refunds;
mod report;
mod sessions;
mod source;
mod subscriptions;

use self::{comparison::Comparison, report::Report};
use crate::{
    arguments::{Reconcile, Resume},
    console::{Done, Failure},
    tables::Tables,
    tools::Tools,
};

/// The parts of a comparison, in their order: payments come before refunds.
pub const PARTS: [&str; 8] =
    ["sessions", "subscriptions", "invoices", "payments", "refunds", "disputes", "late-time", "announcements"];

/// Compares everything that happened in the window.
pub async fn run(tools: &Tools, wanted: &Reconcile, apply: bool) -> Result<Done, Failure> {
    let database = tools.database()?;
    let window = wanted.window(tools.now())?;
    let resume = wanted.resume.clone().unwrap_or_else(Resume::from_the_beginning);
    let mut report = Report::new(window, apply);
    let mut comparison = Comparison {
        stripe: tools.stripe()?,
        tables: Tables::open(&database).await?,
        recorder: tools.recorder(database.clone())?,
        window,
        now: tools.now(),
        apply,
        report: &mut report,
        resume,
    };
    comparison.of::<sessions::Sessions>().await?;
    comparison.of::<subscriptions::Subscriptions>().await?;
    comparison.of::<invoices::Invoices>().await?;
    comparison.of::<purchases::Purchases>().await?;
    comparison.of::<refunds::Refunds>().await?;
    comparison.of::<disputes::Disputes>().await?;
    if comparison.includes("late-time") {
        late_time::list(comparison.tables.client(), window, comparison.report).await?;
    }
    lost_forms::name(comparison.tables.client(), window, comparison.report).await?;
    announcements::compare(tools, comparison.tables.client(), window, comparison.report).await?;
    Ok(report.conclusion())
}
