//! A reader who supports a novel.

use pledge_driver::{Answer, Failure, SignedIn, intent_of};
use serde_json::{Value, json};

use crate::story::{Champion, Story};

/// A reader who is signed in, and the novel.
pub struct Reader {
    signed_in: SignedIn,
    novel: i64,
}

/// A month of the stand-in's clock, and a little more, so that a renewal falls into it.
pub const MONTH: u64 = 32 * 24 * 60 * 60;

const SUBSCRIPTION: &str = "/payment/stripe/champion-subscription";

impl Reader {
    /// Begins a journey: somebody signs in. `champion` says how it must end.
    pub async fn begin(story: &mut Story, champion: Champion) -> Result<Self, Failure> {
        story.chapter(champion.title);
        let email = format!("champion{}@example.com", story.champions.len() + 1);
        let signed_in = story.driver.firebase.sign_in_with_google(&email, "Jo Reader").await?;
        story.tell("Reader", "signs in with Google");
        story.champions.push(Champion { uid: signed_in.uid.clone(), email, ..champion });
        Ok(Self { signed_in, novel: 1 })
    }

    /// The ID token.
    pub fn token(&self) -> &str {
        &self.signed_in.id_token
    }

    /// Posts to an endpoint of champions, signed in.
    pub async fn post(&self, story: &Story, path: &str, mut body: Value) -> Result<Answer, Failure> {
        body["novelId"] = self.novel.into();
        let answer = story.driver.api.post_as(&self.signed_in.id_token, path, &body).await?;
        let what = answer.body["code"].as_str().or(answer.body["status"].as_str()).unwrap_or_default();
        story.tell("API", &format!("POST {path} → {} {what}", answer.status));
        Ok(answer)
    }

    /// Asks for a subscription; gives the client secret to pay with.
    pub async fn subscribe(&self, story: &Story, level: i64) -> Result<String, Failure> {
        let answer = self.post(story, SUBSCRIPTION, json!({ "tierLevel": level, "autoRenew": true })).await?;
        Ok(answer.expect_status(201)?.text("clientSecret").to_owned())
    }

    /// Asks for a subscription and pays it by card.
    pub async fn subscribe_and_pay(&self, story: &Story, level: i64) -> Result<String, Failure> {
        let secret = self.subscribe(story, level).await?;
        self.pay(story, &secret).await?;
        Ok(intent_of(&secret).to_owned())
    }

    /// Pays by card.
    pub async fn pay(&self, story: &Story, client_secret: &str) -> Result<(), Failure> {
        story.driver.stripe.confirm(client_secret, "pm_card_visa", &story.driver.endpoints).await?;
        story.tell("Reader", "pays by card");
        story.delivered_quietly().await
    }

    /// Asks for 30 days once; gives the client secret to pay with.
    pub async fn ask_to_purchase(&self, story: &Story, level: i64) -> Result<String, Failure> {
        let answer = self.post(story, "/payment/stripe/champion-purchase", json!({ "tierLevel": level })).await?;
        Ok(answer.expect_status(201)?.text("clientSecret").to_owned())
    }

    /// Buys 30 days once and pays by card.
    pub async fn purchase(&self, story: &Story, level: i64) -> Result<(), Failure> {
        let secret = self.ask_to_purchase(story, level).await?;
        self.pay(story, &secret).await
    }

    /// Stops or takes up the renewal.
    pub async fn change_renewal(&self, story: &Story, change: &str) -> Result<(), Failure> {
        self.post(story, &format!("{SUBSCRIPTION}/{change}"), json!({})).await?.expect_status(200)?;
        story.delivered_quietly().await
    }

    /// Lets a month pass.
    pub async fn month_passes(&self, story: &Story) -> Result<(), Failure> {
        story.driver.stripe.advance(MONTH).await?;
        story.tell("Time", "a month passes");
        story.delivered_quietly().await
    }

    /// The reader's customer in Stripe.
    pub async fn customer(&self, story: &Story) -> Result<String, Failure> {
        let sql = "select stripe_customer_id from users where id = $1";
        let rows = story.driver.database.query(sql, &[&self.signed_in.uid]).await?;
        let customer = rows.first().and_then(|row| row.get::<_, Option<String>>(0));
        customer.ok_or_else(|| Failure::Unexpected("the reader has no customer".to_owned()))
    }
}
