//! One reader asks for a subscription fifty times at once.

use pledge_driver::Failure;
use serde_json::json;

use super::reader::Reader;
use crate::scenario::{Champion, Scenario};

const REQUESTS: usize = 50;

pub async fn play(scenario: &mut Scenario) -> Result<(), Failure> {
    let title = "Fifty requests at once for one subscription";
    let reader = Reader::begin(scenario, Champion::expected(title, &["new"], &["champion_started"])).await?;
    let token = reader.token().to_owned();
    let mut requests = tokio::task::JoinSet::new();
    for _ in 0..REQUESTS {
        let (api, token) = (scenario.driver.api.clone(), token.clone());
        requests.spawn(async move {
            let body = json!({ "novelId": 1, "tierLevel": 3, "autoRenew": true });
            api.post_as(&token, "/payment/stripe/champion-subscription", &body).await
        });
    }
    let mut secrets = std::collections::BTreeSet::new();
    while let Some(answer) = requests.join_next().await {
        let answer = answer.map_err(|error| Failure::Unexpected(error.to_string()))??;
        secrets.insert(answer.expect_status(201)?.text("clientSecret").to_owned());
    }
    scenario.tell("API", &format!("{REQUESTS} answers with {} client secret(s)", secrets.len()));
    let customer = reader.customer(scenario).await?;
    let subscriptions = scenario.driver.stripe.list("subscription").await?;
    let theirs = subscriptions.iter().filter(|subscription| subscription["customer"] == customer.as_str()).count();
    scenario.tell("Stripe", &format!("has {theirs} subscription(s) of this reader"));
    if theirs != 1 || secrets.len() != 1 {
        return Err(Failure::Unexpected("more than one subscription was made".to_owned()));
    }
    let secret = secrets.pop_first().unwrap_or_default();
    reader.pay(scenario, &secret).await?;
    scenario.champion_ends().await
}
