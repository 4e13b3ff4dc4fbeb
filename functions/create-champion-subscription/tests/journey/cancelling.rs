//! Readers who cancel in states that come from Stripe's dashboard and settings.

use pledge_stand_ins::stripe::{AfterRetries, BillingSettings};
use serde_json::{Value, json};

use crate::{environment::TestEnvironment, wish};

impl TestEnvironment {
    /// Changes a subscription to tier 4 and bills the change at once, as somebody in Stripe's dashboard does.
    async fn upgrade_in_dashboard(&self, subscription: &str) {
        // A preview of the tier makes its price.
        self.ask("subscription/change", &json!({ "tierLevel": 4, "preview": true })).await;
        let prices = "select stripe_price_id from novel_champion_tiers where tier_level = 4";
        let price = self.rows(prices).await.remove(0);
        let item = self.stripe.object(subscription)["items"]["data"][0]["id"].as_str().unwrap().to_owned();
        let form = format!("items[0][id]={item}&items[0][price]={price}&proration_behavior=always_invoice");
        self.stripe_request("POST", &format!("/v1/subscriptions/{subscription}"), &form).await;
        self.settle().await;
    }

    /// Returns how often the reader was charged.
    fn charges(&self) -> usize {
        self.stripe.objects("charge").iter().filter(|charge| charge["paid"] == true).count()
    }
}

#[tokio::test]
async fn who_cancels_after_an_upgrade_in_the_dashboard_was_refused_is_not_charged_for_it() {
    let (environment, id) = TestEnvironment::with_subscriber().await;
    let customer = environment.rows("select stripe_customer_id from users").await.remove(0);
    environment.stripe.replace_card(&customer, "pm_card_chargeCustomerFail").unwrap();
    environment.upgrade_in_dashboard(&id).await;
    assert_eq!(environment.stripe.object(&id)["status"], "past_due");
    environment.stripe.replace_card(&customer, "pm_card_visa").unwrap();

    let (status, standing) = environment.ask("subscription/cancel", &json!({})).await;
    assert_eq!((status, &standing["autoRenew"]), (200, &json!(false)), "{standing}");
    assert_eq!(environment.standing().await["isActive"], true, "the month is paid");
    let statuses: Vec<Value> =
        environment.stripe.objects("invoice").iter().map(|invoice| invoice["status"].clone()).collect();
    assert_eq!(statuses, ["void", "paid"]);
    environment.days(40).await;
    assert_eq!(environment.charges(), 1);
    assert_eq!(environment.stripe.object(&id)["status"], "canceled");
}

#[tokio::test]
async fn who_cancels_what_an_operator_has_put_on_a_schedule_is_not_charged_again() {
    let (environment, id) = TestEnvironment::with_subscriber().await;
    let form = format!("from_subscription={id}");
    environment.stripe_request("POST", "/v1/subscription_schedules", &form).await;
    environment.settle().await;
    let (status, answer) = environment.ask("subscription/cancel", &json!({})).await;
    assert_eq!(status, 200, "{answer}");
    let object = environment.stripe.object(&id);
    assert_eq!((&object["cancel_at_period_end"], &object["schedule"]), (&json!(true), &Value::Null));
    environment.days(40).await;
    assert_eq!(environment.charges(), 1);
    assert_eq!(environment.stripe.object(&id)["status"], "canceled");
}

/// With this setting the later invoices stay drafts, and nobody can pay a draft.
#[tokio::test]
async fn who_is_left_unpaid_cancels_and_subscribes_anew() {
    let (environment, id) = TestEnvironment::with_subscriber().await;
    let unpaid = BillingSettings { after_retries: AfterRetries::MarkUnpaid, ..BillingSettings::default() };
    environment.stripe.set_billing(unpaid);
    let customer = environment.rows("select stripe_customer_id from users").await.remove(0);
    environment.stripe.replace_card(&customer, "pm_card_chargeCustomerFail").unwrap();
    environment.days(65).await;
    assert_eq!(environment.stripe.object(&id)["status"], "unpaid");
    for (action, code) in [("subscription", "PAYMENT_PAST_DUE"), ("subscription/pay", "NOTHING_TO_PAY")] {
        let body = if action == "subscription" { wish(2) } else { json!({}) };
        let (status, refusal) = environment.ask(action, &body).await;
        assert_eq!((status, &refusal["code"]), (409, &json!(code)), "{action}");
    }
    assert_eq!(environment.ask("subscription/cancel", &json!({})).await.0, 200);
    assert_eq!(environment.ask("subscription", &wish(2)).await.0, 201);
    environment.days(10).await;
    assert_eq!(environment.charges(), 1);
}
