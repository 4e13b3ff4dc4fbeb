//! What became of everything.

use pledge_driver::Failure;

use crate::story::Story;

/// Prints a line for each preorder.
pub async fn print(story: &Story) -> Result<(), Failure> {
    story.chapter("What became of everything");
    println!("{:<14} {:<10} {:<12} {:<30} {:<30} Klaviyo", "preorder", "status", "amount", "session", "payment");
    for told in &story.preorders {
        let rows = story
            .driver
            .database
            .query(
                "select preorder_number, status, coalesce(amount::text || ' ' || currency, '-'), \
                 coalesce(session_id, '-'), coalesce(payment_intent_id, '-') from preorders where id::text = $1",
                &[&told.id],
            )
            .await?;
        let events = events_of(story, &told.id).await?;
        for row in rows {
            let text = |column: usize| row.get::<_, String>(column);
            let (session, payment) = (shortened(&text(3)), shortened(&text(4)));
            println!(
                "{:<14} {:<10} {:<12} {session:<30} {payment:<30} {}",
                text(0),
                text(1),
                text(2),
                events.join(", ")
            );
        }
    }
    Ok(())
}

/// The names of the events about a preorder that Klaviyo has accepted, sorted.
pub async fn events_of(story: &Story, preorder: &str) -> Result<Vec<String>, Failure> {
    let events = story.driver.klaviyo.events().await?;
    let mut names: Vec<String> = events
        .into_iter()
        .filter(|event| event.properties["preorder_id"] == preorder)
        .map(|event| event.metric)
        .collect();
    names.sort();
    Ok(names)
}

fn shortened(id: &str) -> String {
    if id.len() <= 29 { id.to_owned() } else { format!("{}…", &id[..28]) }
}
