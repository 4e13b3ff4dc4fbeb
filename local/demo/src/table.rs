//! Tables of the journeys' results.

use pledge_driver::Failure;

use crate::scenario::Scenario;

/// Prints a line for each preorder.
pub async fn print(scenario: &Scenario) -> Result<(), Failure> {
    scenario.heading("What became of everything");
    println!("{:<14} {:<10} {:<12} {:<30} {:<30} Klaviyo", "preorder", "status", "amount", "session", "payment");
    for preorder in &scenario.preorders {
        let rows = scenario
            .driver
            .database
            .query(
                "select preorder_number, status, coalesce(amount::text || ' ' || currency, '-'), \
                 coalesce(session_id, '-'), coalesce(payment_intent_id, '-') from preorders where id::text = $1",
                &[&preorder.id],
            )
            .await?;
        let events = events_of(scenario, &preorder.id).await?;
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

/// Prints the ledger and the support of each champion.
pub async fn print_champions(scenario: &Scenario) -> Result<(), Failure> {
    scenario.heading("The champions' ledger");
    println!(
        "{:<22} {:<8} {:>4} {:>5} {:<10} {:<10} {:<32} payment",
        "reader", "type", "tier", "days", "from", "until", "subscription"
    );
    for champion in &scenario.champions {
        let rows = scenario
            .driver
            .database
            .query(
                "select subscription_type, tier_level, subscription_duration_days, \
                 coalesce(start_date::date::text, '-'), coalesce(end_date::date::text, '-'), coalesce(stripe_subscription_id, '-'), coalesce(stripe_payment_intent_id, '-') \
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

/// The number of days that a character of a bar stands for.
const DAYS: i64 = 3;

/// Prints the access of each champion over time, with a bar for each tier.
pub async fn print_timelines(scenario: &Scenario) -> Result<(), Failure> {
    scenario.heading("What the champions may read, and when");
    println!("One character is {DAYS} days; a payment's time begins with ▐.\n");
    for champion in &scenario.champions {
        let sql = "with mine as (select tier_level, start_at, end_at from champion_segment where user_id = $1)
            select tier_level, min(start_at) over ()::date::text, end_at::date::text,
                   (extract(epoch from start_at - min(start_at) over ()) / 86400)::bigint,
                   (extract(epoch from end_at - min(start_at) over ()) / 86400)::bigint
            from mine order by tier_level desc, start_at";
        let rows = scenario.driver.database.query(sql, &[&champion.uid]).await?;
        let segments: Vec<(i32, i64, i64)> = rows.iter().map(|row| (row.get(0), row.get(3), row.get(4))).collect();
        let Some(from) = rows.first().map(|row| row.get::<_, String>(1)) else { continue };
        println!("{:<22} from {from}", champion.email);
        let mut tiers: Vec<_> = segments.iter().map(|(tier, ..)| *tier).collect();
        tiers.dedup();
        for tier in tiers {
            println!("  tier {tier:>2}  {}", bar(segments.iter().filter(|it| it.0 == tier).map(|it| (it.1, it.2))));
        }
    }
    Ok(())
}

/// Draws segments, each given by its first and last day, as a bar.
fn bar(segments: impl Iterator<Item = (i64, i64)>) -> String {
    let mut bar = String::new();
    let mut drawn = 0;
    for (start, end) in segments {
        let (start, end) = (start / DAYS, end / DAYS);
        bar.extend(std::iter::repeat_n('·', usize::try_from(start - drawn).unwrap_or(0)));
        bar.push('▐');
        bar.extend(std::iter::repeat_n('█', usize::try_from(end - start - 1).unwrap_or(0)));
        drawn = end.max(start + 1);
    }
    bar
}

/// Returns the kinds of grants in a reader's ledger, sorted.
pub async fn ledger_of(scenario: &Scenario, uid: &str) -> Result<Vec<String>, Failure> {
    let sql = "select subscription_type from user_champion_subscription_record where user_id = $1 order by 1";
    let rows = scenario.driver.database.query(sql, &[&uid]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// Returns the names of the events about a preorder that Klaviyo has accepted, sorted.
pub async fn events_of(scenario: &Scenario, preorder: &str) -> Result<Vec<String>, Failure> {
    let events = scenario.driver.klaviyo.events().await?;
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
