//! Readers who repair their payments: after a refused card, with another card, with another tier.

use serde_json::{Value, json};

use crate::{environment::TestEnvironment, wish};

impl TestEnvironment {
    /// Returns the last four digits of the card that paid the newest renewal.
    async fn paid_with(&self) -> Value {
        let newest = self.stripe.objects("charge").into_iter().find(|charge| charge["paid"] == true).unwrap();
        newest["payment_method_details"]["card"]["last4"].clone()
    }
}

#[tokio::test]
async fn a_renewal_that_was_refused_is_repaired_by_the_reader() {
    let (environment, _) = TestEnvironment::with_subscriber().await;
    let customer = environment.rows("select stripe_customer_id from users").await.remove(0);
    environment.stripe.replace_card(&customer, "pm_card_chargeCustomerFail").unwrap();
    environment.days(32).await;
    assert_eq!(environment.standing().await["subscriptionStatus"], "past_due");
    let (status, refusal) = environment.ask("subscription", &wish(2)).await;
    assert_eq!((status, &refusal["code"]), (409, &json!("PAYMENT_PAST_DUE")));

    let (status, open) = environment.ask("subscription/pay", &json!({})).await;
    assert_eq!((status, &open["status"], &open["amount"]), (200, &json!("open"), &json!(300)));
    assert!(open["clientSecret"].is_string() && open["otherInvoices"] == json!([]), "{open}");
    let (status, declined) =
        environment.ask("subscription/pay", &json!({ "paymentMethodId": "pm_card_chargeCustomerFail" })).await;
    assert_eq!((status, &declined["code"]), (402, &json!("CARD_DECLINED")));
    let (status, paid) = environment.ask("subscription/pay", &json!({ "paymentMethodId": "pm_card_mastercard" })).await;
    assert_eq!((status, &paid["status"], &paid["invoiceId"]), (200, &json!("paid"), &open["invoiceId"]));
    let (status, again) = environment.ask("subscription/pay", &json!({ "paymentMethodId": "pm_card_visa" })).await;
    assert_eq!((status, &again["status"]), (200, &json!("paid")), "paid meanwhile");

    let standing = environment.standing().await;
    assert_eq!((&standing["subscriptionStatus"], &standing["isActive"]), (&json!("active"), &json!(true)));
    environment.days(31).await;
    assert_eq!(environment.paid_with().await, "4444", "the card that repaired it pays what follows");
    let renewals = environment.rows("select status from payment_record where kind = 'renewal'").await;
    assert_eq!(renewals, ["completed", "completed"]);
}

#[tokio::test]
async fn what_was_cancelled_by_a_date_goes_on_when_it_is_resumed() {
    let (environment, id) = TestEnvironment::with_subscriber().await;
    for (action, wish) in [("subscription/resume", json!({})), ("subscription", wish(1))] {
        let end = environment.stripe.object(&id)["items"]["data"][0]["current_period_end"].as_i64().unwrap();
        // Events of one second have no order.
        environment.days(1).await;
        environment.stripe.cancel_on(&id, end).unwrap();
        environment.settle().await;
        assert_eq!(environment.standing().await["autoRenew"], false);
        environment.days(1).await;
        let (status, answer) = environment.ask(action, &wish).await;
        assert!([200, 201].contains(&status), "{action}: {answer}");
        let object = environment.stripe.object(&id);
        assert_eq!((&object["cancel_at"], &object["cancel_at_period_end"]), (&json!(null), &json!(false)), "{action}");
        assert_eq!(environment.standing().await["autoRenew"], true, "{action}");
    }
    environment.days(32).await;
    assert_eq!(environment.stripe.object(&id)["status"], "active");
}

#[tokio::test]
async fn who_cancels_what_is_to_end_in_five_months_is_not_charged_again() {
    let (environment, id) = TestEnvironment::with_subscriber().await;
    let end = environment.stripe.object(&id)["items"]["data"][0]["current_period_end"].as_i64().unwrap();
    environment.stripe.cancel_on(&id, end + 150 * 86_400).unwrap();
    environment.settle().await;
    let standing = environment.standing().await;
    assert_eq!((&standing["autoRenew"], standing["nextRenewal"].is_object()), (&json!(true), true));
    let (status, standing) = environment.ask("subscription/cancel", &json!({})).await;
    assert_eq!((status, &standing["autoRenew"]), (200, &json!(false)));
    environment.days(40).await;
    assert_eq!(environment.stripe.object(&id)["status"], "canceled");
    assert_eq!(environment.stripe.objects("invoice").len(), 1);
}

#[tokio::test]
async fn a_card_that_asks_its_holder_is_repaired_in_the_browser() {
    let (environment, _) = TestEnvironment::with_subscriber().await;
    let customer = environment.rows("select stripe_customer_id from users").await.remove(0);
    environment.stripe.replace_card(&customer, "pm_card_chargeCustomerFail").unwrap();
    environment.days(32).await;
    let method = json!({ "paymentMethodId": "pm_card_authenticationRequired" });
    let (status, asked) = environment.ask("subscription/pay", &method).await;
    assert_eq!((status, &asked["status"]), (200, &json!("requires_action")));
    environment.stripe.authenticate(&crate::environment::intent_of(&asked), true).unwrap();
    environment.settle().await;
    assert_eq!(environment.standing().await["subscriptionStatus"], "active");
}

#[tokio::test]
async fn a_card_chosen_in_the_portal_pays_the_next_renewal() {
    let (environment, subscription) = TestEnvironment::with_subscriber().await;
    let (status, refusal) = environment.ask("subscription/portal", &json!({})).await;
    assert_eq!((status, &refusal["code"]), (503, &json!("PORTAL_NOT_CONFIGURED")));
    environment.register_portal().await;
    let (status, portal) = environment.ask("subscription/portal", &json!({ "locale": "ja" })).await;
    assert_eq!(status, 200, "{portal}");
    assert_eq!(environment.stripe.object(&subscription)["default_payment_method"], Value::Null);
    environment.choose_in_portal(portal["url"].as_str().unwrap(), "pm_card_mastercard").await;
    environment.days(32).await;
    assert_eq!(environment.paid_with().await, "4444");
    assert_eq!(environment.standing().await["subscriptionStatus"], "active");
}

#[tokio::test]
async fn another_tier_is_paid_from_the_next_renewal_on() {
    let (environment, _) = TestEnvironment::with_subscriber().await;
    let end = environment.standing().await["endDate"].clone();
    let (status, look) = environment.ask("subscription/change", &json!({ "tierLevel": 4, "preview": true })).await;
    assert_eq!((status, &look["amount"]), (200, &json!(1000)));
    assert!(look["renewsAt"].as_str() <= end.as_str(), "the first payment was a moment late: {look}");
    for (level, expected) in [(2, 409), (4, 200), (4, 409), (2, 200), (4, 200)] {
        let (status, body) = environment.ask("subscription/change", &json!({ "tierLevel": level })).await;
        assert_eq!(status, expected, "{level}: {body}");
    }
    let standing = environment.standing().await;
    assert_eq!((&standing["tierLevel"], &standing["endDate"]), (&json!(2), &end), "nothing is due now");
    environment.days(32).await;
    assert_eq!(environment.standing().await["tierLevel"], 4);
    let amounts = "select amount::text from payment_record order by created_at";
    assert_eq!(environment.rows(amounts).await, ["300", "1000"]);
}
