//! Whether the promises hold, looked at from outside.

use std::collections::BTreeSet;

use pledge_driver::Failure;

use crate::{story::Story, table::events_of};

/// Checks them, and tells each one.
pub async fn check(story: &Story) -> Result<bool, Failure> {
    story.chapter("Promises");
    let mut kept = true;
    let mut promise = |holds: bool, what: &str| {
        println!("  {} {what}", if holds { "✓" } else { "✗" });
        kept &= holds;
    };
    for told in &story.preorders {
        let status = story.driver.database.preorder_status(&told.id).await?.unwrap_or_default();
        promise(status == told.expected, &format!("{}: the preorder is {}", told.title, told.expected));
        let events = events_of(story, &told.id).await?;
        promise(events == told.events, &format!("{}: Klaviyo has {} once each", told.title, told.events.join(", ")));
    }
    for champion in &story.champions {
        let shown = if champion.ledger.is_empty() { "nothing".to_owned() } else { champion.ledger.join(", ") };
        promise(champion.ended.0 == champion.ledger, &format!("{}: the ledger has {shown}", champion.title));
        let once = format!("{}: Klaviyo has {} once each", champion.title, champion.events.join(", "));
        promise(champion.ended.1 == champion.events, &once);
    }
    let outbox = story.driver.database.query("select id::text, sent_at is not null from outbox", &[]).await?;
    promise(outbox.iter().all(|row| row.get::<_, bool>(1)), "nothing waits in the outbox");
    let facts: BTreeSet<String> = outbox.iter().map(|row| row.get(0)).collect();
    let events = story.driver.klaviyo.events().await?;
    let sent: BTreeSet<String> = events.iter().map(|event| event.unique_id.clone()).collect();
    promise(facts == sent && sent.len() == events.len(), "Klaviyo has every fact of the outbox, and each one once");
    let parked = story.driver.database.query("select 1 from stripe_event where outcome = 'parked'", &[]).await?;
    promise(parked.is_empty(), "no event waits for a person");
    let unanswered = story.driver.stripe.deliveries().await?;
    let unanswered = unanswered.iter().filter(|delivery| delivery["state"] != "delivered").count();
    promise(unanswered == 0, "every webhook was answered with 200 in the end");
    Ok(kept)
}
