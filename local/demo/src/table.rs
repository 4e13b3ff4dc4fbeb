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

/// Prints the ledger and the entitlement of each champion.
pub async fn print_champions(story: &Story) -> Result<(), Failure> {
    story.chapter("The champions' ledger");
    println!(
        "{:<22} {:<8} {:>4} {:>5} {:<10} {:<10} {:<32} payment",
        "reader", "type", "tier", "days", "from", "until", "subscription"
    );
    for champion in &story.champions {
        let rows = story
            .driver
            .database
            .query(
                "select subscription_type, tier_level, subscription_duration_days, start_date::date::text, \
                 end_date::date::text, coalesce(stripe_subscription_id, '-'), coalesce(stripe_payment_intent_id, '-') \
                 from user_champion_subscription_record where user_id = $1 order by start_date, id",
                &[&champion.uid],
            )
            .await?;
        for row in rows {
            let text = |column: usize| row.get::<_, String>(column);
            let (level, days): (i32, i32) = (row.get(1), row.get(2));
            println!(
                "{:<22} {:<8} {level:>4} {days:>5} {:<10} {:<10} {:<32} {}",
                champion.email,
                text(0),
                text(3),
                text(4),
                shortened(&text(5)),
                shortened(&text(6))
            );
        }
    }
    Ok(())
}

/// The kinds of grants in a reader's ledger, sorted.
pub async fn ledger_of(story: &Story, uid: &str) -> Result<Vec<String>, Failure> {
    let sql = "select subscription_type from user_champion_subscription_record where user_id = $1 order by 1";
    let rows = story.driver.database.query(sql, &[&uid]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// The names of the events about a preorder that Klaviyo has accepted, sorted.
pub async fn events_of(story: &Story, preorder: &str) -> Result<Vec<String>, Failure> {
    let events = story.driver.klaviyo.events().await?;
    let mut names: Vec<String> = events
        .into_iter()
        .filter(|event| event.properties.get("preorder_id").is_some_and(|id| id == preorder))
        .map(|event| event.metric)
        .collect();
    names.sort();
    Ok(names)
}

fn shortened(id: &str) -> String {
    if id.len() <= 29 { id.to_owned() } else { format!("{}…", &id[..28]) }
}
