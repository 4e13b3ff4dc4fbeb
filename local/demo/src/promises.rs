//! Checks of the promises, made from outside.

use std::collections::BTreeSet;

use pledge_driver::Failure;

use crate::{scenario::Scenario, table::events_of};

/// Checks each promise, prints whether it holds, and returns whether all do.
pub async fn check(scenario: &Scenario) -> Result<bool, Failure> {
    scenario.heading("Promises");
    let mut kept = true;
    let mut promise = |holds: bool, what: &str| {
        println!("  {} {what}", if holds { "✓" } else { "✗" });
        kept &= holds;
    };
    for preorder in &scenario.preorders {
        let status = scenario.driver.database.preorder_status(&preorder.id).await?.unwrap_or_default();
        promise(status == preorder.status, &format!("{}: the preorder is {}", preorder.title, preorder.status));
        let events = events_of(scenario, &preorder.id).await?;
        promise(
            events == preorder.events,
            &format!("{}: Klaviyo has {} once each", preorder.title, preorder.events.join(", ")),
        );
    }
    for champion in &scenario.champions {
        let shown = if champion.ledger.is_empty() { "nothing".to_owned() } else { champion.ledger.join(", ") };
        promise(champion.ended.0 == champion.ledger, &format!("{}: the ledger has {shown}", champion.title));
        let once = format!("{}: Klaviyo has {} once each", champion.title, champion.events.join(", "));
        promise(champion.ended.1 == champion.events, &once);
    }
    let outbox = scenario.driver.database.query("select id::text, sent_at is not null from outbox", &[]).await?;
    promise(outbox.iter().all(|row| row.get::<_, bool>(1)), "nothing waits in the outbox");
    let announced: BTreeSet<String> = outbox.iter().map(|row| row.get(0)).collect();
    let events = scenario.driver.klaviyo.events().await?;
    let sent: BTreeSet<String> = events.iter().map(|event| event.unique_id.clone()).collect();
    promise(
        announced == sent && sent.len() == events.len(),
        "Klaviyo has every announcement of the outbox, and each one once",
    );
    let parked = scenario.driver.database.query("select 1 from stripe_event where outcome = 'parked'", &[]).await?;
    promise(parked.is_empty(), "no event waits for a person");
    let unanswered = scenario.driver.stripe.deliveries().await?;
    let unanswered = unanswered.iter().filter(|delivery| delivery["state"] != "delivered").count();
    promise(unanswered == 0, "every webhook was answered with 200 in the end");
    Ok(kept)
}
