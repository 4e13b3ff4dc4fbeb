//! Holds what everybody was told against PostgreSQL, Stripe and Klaviyo.

use std::collections::{BTreeMap, HashMap};

use pledge_driver::Driver;
use serde_json::Value;

/// What doesn't add up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Account {
    /// Facts that somebody was told, or that Stripe has, and that aren't there.
    pub lost: Vec<String>,
    /// Facts that are there more often than they may, or that nobody knows of.
    pub doubled: Vec<String>,
}

impl Account {
    /// Compares the facts that must be there, each once, with those that are.
    #[must_use]
    pub fn of(expected: &[String], actual: &[String]) -> Self {
        let mut balance: BTreeMap<&String, i64> = BTreeMap::new();
        expected.iter().for_each(|fact| *balance.entry(fact).or_default() += 1);
        actual.iter().for_each(|fact| *balance.entry(fact).or_default() -= 1);
        let with = |sign: i64| {
            let facts = balance.iter().filter(move |(_, left)| **left * sign > 0);
            facts.map(|(fact, _)| (*fact).clone()).collect()
        };
        Self { lost: with(1), doubled: with(-1) }
    }
}

/// Compares what the readers of this domain were told, and what Stripe was paid, with what there is.
pub async fn account(driver: &Driver, domain: &str, told: &[String]) -> Account {
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
            expected.retain(|fact| *fact != left);
            expected
                .extend(["preorder cancelled", "Klaviyo preorder_abandoned"].map(|fact| format!("{email}: {fact}")));
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
    Account::of(&expected, &actual)
}

/// Returns the facts in the tables about the readers of this domain.
async fn rows(driver: &Driver, domain: &str) -> Vec<String> {
    let of = format!("%@{domain}");
    let json = async |sql: &str| driver.database.json(sql, &[&of]).await.unwrap();
    let text = |row: &Value, column: &str| row[column].as_str().unwrap_or_default().to_owned();
    let mut facts = Vec::new();
    for preorder in json("select to_jsonb(p) from preorders p where email like $1").await {
        let status = text(&preorder, "status");
        if status == "completed" {
            facts.push(payment(&preorder["payment_intent_id"], &preorder["amount"]));
        }
        facts.push(format!("{}: preorder {status}", text(&preorder, "email")));
    }
    let grants = "select jsonb_build_object('email', u.email, 'kind', r.subscription_type)
        from user_champion_subscription_record r join users u on u.id = r.user_id where u.email like $1";
    for grant in json(grants).await {
        facts.push(format!("{}: grant {}", text(&grant, "email"), text(&grant, "kind")));
    }
    let payments = "select jsonb_build_object('email', u.email, 'status', p.status)
        from payment_record p join users u on u.id = p.user_id where u.email like $1 and p.status <> 'pending'";
    for payment in json(payments).await {
        facts.push(format!("{}: payment {}", text(&payment, "email"), text(&payment, "status")));
    }
    facts
}

fn payment(intent: &Value, amount: &Value) -> String {
    format!("the payment {intent} of {amount}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_fact_is_lost_and_one_that_is_there_twice_or_unexpected_is_doubled() {
        let facts = |facts: &[&str]| facts.iter().map(|fact| (*fact).to_owned()).collect::<Vec<_>>();
        let account = Account::of(&facts(&["a", "b", "c"]), &facts(&["a", "a", "c", "d"]));
        assert_eq!(account, Account { lost: facts(&["b"]), doubled: facts(&["a", "d"]) });
    }
}
