//! Compares what readers were told with PostgreSQL, Stripe and Klaviyo.

use std::collections::{BTreeMap, HashMap};

use pledge_driver::Driver;
use serde_json::Value;

/// Differences between what must be true, as lines of text, and what is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Discrepancies {
    /// Lines that a reader was told, or that follow from Stripe, and that aren't true.
    pub lost: Vec<String>,
    /// Lines that are true more often than they may be, or that nothing led to expect.
    pub doubled: Vec<String>,
}

impl Discrepancies {
    /// Compares the lines that must be true, each once, with those that are.
    #[must_use]
    pub fn of(expected: &[String], actual: &[String]) -> Self {
        let mut balance: BTreeMap<&String, i64> = BTreeMap::new();
        expected.iter().for_each(|line| *balance.entry(line).or_default() += 1);
        actual.iter().for_each(|line| *balance.entry(line).or_default() -= 1);
        let with = |sign: i64| {
            let lines = balance.iter().filter(move |(_, left)| **left * sign > 0);
            lines.map(|(line, _)| (*line).clone()).collect()
        };
        Self { lost: with(1), doubled: with(-1) }
    }
}

/// Compares what the readers with addresses in this domain were told, and what Stripe was paid, with what is stored.
pub async fn discrepancies(driver: &Driver, domain: &str, told: &[String]) -> Discrepancies {
    let mut expected = told.to_vec();
    let mut actual = rows(driver, domain).await;
    for session in driver.stripe.list("checkout.session").await.unwrap() {
        let email = session["customer_details"]["email"].as_str().unwrap_or_default();
        if !email.ends_with(&format!("@{domain}")) {
            continue;
        }
        if session["payment_status"] == "paid" {
            actual.push(format!("{email}: a paid session"));
            expected.push(payment(&session["payment_intent"], &session["amount_total"]));
        }
        if session["status"] == "expired" {
            let left = format!("{email}: preorder processing");
            expected.retain(|line| *line != left);
            expected
                .extend(["preorder cancelled", "Klaviyo preorder_abandoned"].map(|line| format!("{email}: {line}")));
        }
    }
    let customers = driver.stripe.list("customer").await.unwrap();
    let emails: HashMap<_, _> = customers.iter().map(|customer| (&customer["id"], &customer["email"])).collect();
    for subscription in driver.stripe.list("subscription").await.unwrap() {
        let email = emails.get(&subscription["customer"]).and_then(|email| email.as_str()).unwrap_or_default();
        if email.ends_with(&format!("@{domain}")) && subscription["status"] == "active" {
            actual.push(format!("{email}: a live subscription"));
        }
    }
    for event in driver.klaviyo.events().await.unwrap() {
        let email = event.email.unwrap_or_default();
        if email.ends_with(&format!("@{domain}")) {
            actual.push(format!("{email}: Klaviyo {}", event.metric));
        }
    }
    Discrepancies::of(&expected, &actual)
}

/// Returns the lines that follow from the tables about the readers with addresses in this domain.
async fn rows(driver: &Driver, domain: &str) -> Vec<String> {
    let of = format!("%@{domain}");
    let json = async |sql: &str| driver.database.json(sql, &[&of]).await.unwrap();
    let text = |row: &Value, column: &str| row[column].as_str().unwrap_or_default().to_owned();
    let mut lines = Vec::new();
    for preorder in json("select to_jsonb(p) from preorders p where email like $1").await {
        let status = text(&preorder, "status");
        if status == "completed" {
            lines.push(payment(&preorder["payment_intent_id"], &preorder["amount"]));
        }
        lines.push(format!("{}: preorder {status}", text(&preorder, "email")));
    }
    let grants = "select jsonb_build_object('email', u.email, 'kind', r.subscription_type)
        from user_champion_subscription_record r join users u on u.id = r.user_id where u.email like $1";
    for grant in json(grants).await {
        lines.push(format!("{}: grant {}", text(&grant, "email"), text(&grant, "kind")));
    }
    let payments = "select jsonb_build_object('email', u.email, 'status', p.status)
        from payment_record p join users u on u.id = p.user_id where u.email like $1 and p.status <> 'pending'";
    for payment in json(payments).await {
        lines.push(format!("{}: payment {}", text(&payment, "email"), text(&payment, "status")));
    }
    lines
}

fn payment(intent: &Value, amount: &Value) -> String {
    format!("the payment {intent} of {amount}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_line_is_lost_and_one_that_is_there_twice_or_unexpected_is_doubled() {
        let lines = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>();
        let found = Discrepancies::of(&lines(&["a", "b", "c"]), &lines(&["a", "a", "c", "d"]));
        assert_eq!(found, Discrepancies { lost: lines(&["b"]), doubled: lines(&["a", "d"]) });
    }
}
