//! A reader who supports a novel.

use pledge_driver::{Answer, Failure, SignedIn, intent_of};
use serde_json::{Value, json};

use crate::scenario::{Champion, Scenario};

/// A signed-in reader, and the novel that they support.
pub struct Reader {
    signed_in: SignedIn,
    novel: i64,
}

/// A month and a little more on the stand-in's clock, in seconds, so that a renewal falls into it.
pub const MONTH: u64 = 32 * 24 * 60 * 60;

const SUBSCRIPTION: &str = "/payment/stripe/champion-subscription";

impl Reader {
    /// Signs somebody in, which begins a journey. `champion` says how it must end.
    pub async fn begin(scenario: &mut Scenario, champion: Champion) -> Result<Self, Failure> {
        scenario.heading(champion.title);
        let email = format!("champion{}@example.com", scenario.champions.len() + 1);
        let signed_in = scenario.driver.firebase.sign_in_with_google(&email, "Jo Reader").await?;
        scenario.tell("Reader", "signs in with Google");
        scenario.champions.push(Champion { uid: signed_in.uid.clone(), email, ..champion });
        Ok(Self { signed_in, novel: 1 })
    }

    /// Returns the ID token.
    pub fn token(&self) -> &str {
        &self.signed_in.id_token
    }

    /// Posts to an endpoint of champions as the reader.
    pub async fn post(&self, scenario: &Scenario, path: &str, mut body: Value) -> Result<Answer, Failure> {
        body["novelId"] = self.novel.into();
        let answer = scenario.driver.api.post_as(&self.signed_in.id_token, path, &body).await?;
        let what = answer.body["code"].as_str().or(answer.body["status"].as_str()).unwrap_or_default();
        scenario.tell("API", &format!("POST {path} → {} {what}", answer.status));
        Ok(answer)
    }

    /// Asks for a subscription and returns the client secret to pay with.
    pub async fn subscribe(&self, scenario: &Scenario, level: i64) -> Result<String, Failure> {
        let answer = self.post(scenario, SUBSCRIPTION, json!({ "tierLevel": level, "autoRenew": true })).await?;
        Ok(answer.expect_status(201)?.text("clientSecret").to_owned())
    }

    /// Asks for a subscription and pays it by card.
    pub async fn subscribe_and_pay(&self, scenario: &Scenario, level: i64) -> Result<String, Failure> {
        let secret = self.subscribe(scenario, level).await?;
        self.pay(scenario, &secret).await?;
        Ok(intent_of(&secret).to_owned())
    }

    /// Pays by card.
    pub async fn pay(&self, scenario: &Scenario, client_secret: &str) -> Result<(), Failure> {
        scenario.driver.stripe.confirm(client_secret, "pm_card_visa", &scenario.driver.endpoints).await?;
        scenario.tell("Reader", "pays by card");
        scenario.delivered_quietly().await
    }

    /// Asks for a single purchase of 30 days and returns the client secret to pay with.
    pub async fn ask_to_purchase(&self, scenario: &Scenario, level: i64) -> Result<String, Failure> {
        let answer = self.post(scenario, "/payment/stripe/champion-purchase", json!({ "tierLevel": level })).await?;
        Ok(answer.expect_status(201)?.text("clientSecret").to_owned())
    }

    /// Buys 30 days and pays by card.
    pub async fn purchase(&self, scenario: &Scenario, level: i64) -> Result<(), Failure> {
        let secret = self.ask_to_purchase(scenario, level).await?;
        self.pay(scenario, &secret).await
    }

    /// Cancels or resumes the renewal.
    pub async fn change_renewal(&self, scenario: &Scenario, change: &str) -> Result<(), Failure> {
        self.post(scenario, &format!("{SUBSCRIPTION}/{change}"), json!({})).await?.expect_status(200)?;
        scenario.delivered_quietly().await
    }

    /// Moves the clock by a month.
    pub async fn month_passes(&self, scenario: &Scenario) -> Result<(), Failure> {
        scenario.driver.stripe.advance(MONTH).await?;
        scenario.tell("Time", "a month passes");
        scenario.delivered_quietly().await
    }

    /// Returns the reader's customer at Stripe.
    pub async fn customer(&self, scenario: &Scenario) -> Result<String, Failure> {
        let sql = "select stripe_customer_id from users where id = $1";
        let rows = scenario.driver.database.query(sql, &[&self.signed_in.uid]).await?;
        let customer = rows.first().and_then(|row| row.get::<_, Option<String>>(0));
        customer.ok_or_else(|| Failure::Unexpected("the reader has no customer".to_owned()))
    }
}
