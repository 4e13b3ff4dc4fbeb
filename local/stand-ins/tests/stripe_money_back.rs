//! Money that goes back: refunds that take their time or fail, and disputes that are won, lost and won after all.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a broken set-up should fail the test")]

mod support;

use std::time::Duration;

use pledge_stand_ins::stripe::{DisputeStatus, NewDispute, NewRefund, RefundStatus, StripeOptions, StripeStandIn};
use reqwest::StatusCode;
use serde_json::{Value, json};
use support::{Api, text, types};

/// A payment of 19.99 USD by card.
struct Paid {
    stripe: StripeStandIn,
    api: Api,
    intent: String,
}

impl Paid {
    async fn with(card: &str) -> Self {
        let stripe = StripeStandIn::start(StripeOptions::default()).await.unwrap();
        let api = Api::new(stripe.base_url());
        let params = [
            ("amount", "1999"),
            ("currency", "usd"),
            ("payment_method", card),
            ("confirm", "true"),
            ("automatic_payment_methods[enabled]", "true"),
            ("automatic_payment_methods[allow_redirects]", "never"),
        ];
        let intent = api.make("/v1/payment_intents", &params).await;
        assert_eq!(intent["status"], "succeeded");
        Self { stripe, api, intent: text(&intent, "/id").to_owned() }
    }

    fn charge(&self) -> Value {
        self.stripe.object(text(&self.stripe.object(&self.intent), "/latest_charge"))
    }

    /// Runs an action and returns the types of the events that it caused.
    fn told(&self, action: impl FnOnce(&StripeStandIn)) -> Vec<String> {
        let seen = self.stripe.events().len();
        action(&self.stripe);
        types(&self.stripe.events()[seen..]).into_iter().map(str::to_owned).collect()
    }
}

#[tokio::test]
async fn a_refund_tells_itself_and_its_charge() {
    let paid = Paid::with("pm_card_visa").await;
    let told = paid.told(|stripe| drop(stripe.refund(&paid.intent, Some(500)).unwrap()));
    assert_eq!(told, ["refund.created", "charge.refunded", "refund.updated", "charge.refund.updated"]);
    let refund = &paid.stripe.objects("refund")[0];
    assert_eq!((text(refund, "/status"), &refund["amount"]), ("succeeded", &json!(500)));
    assert_eq!((&paid.charge()["amount_refunded"], &paid.charge()["refunded"]), (&json!(500), &json!(false)));
}

#[tokio::test]
async fn a_pending_refund_arrives_or_fails_and_then_the_charge_is_not_refunded() {
    let paid = Paid::with("pm_card_visa").await;
    let pending = NewRefund { status: Some(RefundStatus::Pending), ..NewRefund::default() };
    let refund = paid.stripe.refund_as(&paid.intent, pending).unwrap();
    assert_eq!(paid.stripe.object(&refund)["pending_reason"], "processing");
    assert_eq!(paid.charge()["refunded"], true, "it is on its way");

    let told = paid.told(|stripe| {
        stripe.set_refund(&refund, RefundStatus::Failed, Some("expired_or_canceled_card")).unwrap();
    });
    assert_eq!(told, ["refund.updated", "charge.refund.updated", "refund.failed"]);
    let failed = paid.stripe.object(&refund);
    assert_eq!((text(&failed, "/status"), text(&failed, "/failure_reason")), ("failed", "expired_or_canceled_card"));
    assert_eq!(failed.get("pending_reason"), None);
    assert_eq!((&paid.charge()["amount_refunded"], &paid.charge()["refunded"]), (&json!(0), &json!(false)));
    assert!(paid.stripe.set_refund(&refund, RefundStatus::Succeeded, None).is_err(), "it is over");
}

#[tokio::test]
async fn test_cards_make_refunds_end_days_later() {
    for (card, before, after) in
        [("pm_card_pendingRefund", "pending", "succeeded"), ("pm_card_refundFail", "succeeded", "failed")]
    {
        let paid = Paid::with(card).await;
        let refund = paid.api.make("/v1/refunds", &[("payment_intent", &paid.intent), ("reason", "duplicate")]).await;
        assert_eq!((text(&refund, "/status"), text(&refund, "/reason")), (before, "duplicate"));
        paid.stripe.advance(Duration::from_secs(5 * 86_400));
        assert_eq!(paid.stripe.object(text(&refund, "/id"))["status"], after);
    }
}

#[tokio::test]
async fn only_a_refund_that_waits_for_the_customer_can_be_cancelled() {
    let paid = Paid::with("pm_card_visa").await;
    let half = NewRefund { amount: Some(1000), status: Some(RefundStatus::RequiresAction) };
    let waiting = paid.stripe.refund_as(&paid.intent, half).unwrap();
    let done = paid.stripe.refund(&paid.intent, None).unwrap();
    let (status, error) = paid.api.post(&format!("/v1/refunds/{done}/cancel"), &[]).await;
    assert_eq!(
        (status, text(&error, "/error/message")),
        (StatusCode::BAD_REQUEST, "Canceling this refund is unsupported.")
    );
    let canceled = paid.api.make(&format!("/v1/refunds/{waiting}/cancel"), &[]).await;
    assert_eq!(canceled["status"], "canceled");
    assert_eq!(paid.charge()["amount_refunded"], 999);
}

#[tokio::test]
async fn a_dispute_overtakes_a_refund_that_is_on_its_way() {
    let paid = Paid::with("pm_card_visa").await;
    let pending = NewRefund { status: Some(RefundStatus::Pending), ..NewRefund::default() };
    let refund = paid.stripe.refund_as(&paid.intent, pending).unwrap();
    let told = paid.told(|stripe| {
        let lost = NewDispute { status: DisputeStatus::Lost, ..NewDispute::default() };
        stripe.dispute_as(&paid.intent, &lost).unwrap();
    });
    assert_eq!(
        told,
        [
            "charge.dispute.created",
            "charge.dispute.funds_withdrawn",
            "refund.updated",
            "charge.refund.updated",
            "refund.failed",
            "charge.dispute.closed"
        ]
    );
    let failed = paid.stripe.object(&refund);
    assert_eq!(failed["failure_reason"], "charge_for_pending_refund_disputed");
    let (status, error) = paid.api.post("/v1/refunds", &[("payment_intent", &paid.intent)]).await;
    assert_eq!((status, text(&error, "/error/code")), (StatusCode::BAD_REQUEST, "charge_disputed"));
}

#[tokio::test]
async fn a_payment_can_have_several_disputes_of_parts_of_it() {
    let paid = Paid::with("pm_card_visa").await;
    let part = |amount, status| NewDispute { amount: Some(amount), status, ..NewDispute::default() };
    let first = paid.stripe.dispute_as(&paid.intent, &part(500, DisputeStatus::NeedsResponse)).unwrap();
    let second = paid.stripe.dispute_as(&paid.intent, &part(700, DisputeStatus::NeedsResponse)).unwrap();
    assert!(paid.stripe.dispute_as(&paid.intent, &part(2000, DisputeStatus::NeedsResponse)).is_err());
    paid.stripe.close_dispute(&first, true).unwrap();
    paid.stripe.close_dispute(&second, false).unwrap();
    let list = paid.api.read(&format!("/v1/disputes?payment_intent={}", paid.intent)).await;
    let stand =
        |at: usize| (list["data"][at]["amount"].as_i64().unwrap(), text(&list["data"][at], "/status").to_owned());
    assert_eq!((stand(0), stand(1)), ((700, "lost".to_owned()), (500, "won".to_owned())));
}

#[tokio::test]
async fn money_moves_with_the_status_of_a_dispute_also_when_the_bank_changes_its_mind() {
    let paid = Paid::with("pm_card_visa").await;
    let id = paid.stripe.dispute(&paid.intent, "fraudulent").unwrap();
    let moved = |status| paid.told(|stripe| stripe.set_dispute(&id, status).unwrap());
    assert_eq!(moved(DisputeStatus::UnderReview), ["charge.dispute.updated"]);
    assert_eq!(moved(DisputeStatus::Lost), ["charge.dispute.closed"]);
    assert_eq!(moved(DisputeStatus::Won), ["charge.dispute.funds_reinstated", "charge.dispute.closed"]);
    assert_eq!(moved(DisputeStatus::Lost), ["charge.dispute.funds_withdrawn", "charge.dispute.closed"]);
    let dispute = paid.stripe.object(&id);
    let amounts: Vec<_> =
        dispute["balance_transactions"].as_array().unwrap().iter().map(|one| &one["amount"]).collect();
    assert_eq!(amounts, [&json!(-1999), &json!(1999), &json!(-1999)]);
    assert!(paid.stripe.set_dispute(&id, DisputeStatus::WarningClosed).is_err());
}

#[tokio::test]
async fn an_inquiry_moves_no_money_until_it_becomes_a_dispute() {
    let paid = Paid::with("pm_card_visa").await;
    let inquiry = NewDispute { status: DisputeStatus::WarningNeedsResponse, ..NewDispute::default() };
    let told = paid.told(|stripe| drop(stripe.dispute_as(&paid.intent, &inquiry).unwrap()));
    assert_eq!(told, ["charge.dispute.created"]);
    let id = text(&paid.stripe.objects("dispute")[0], "/id").to_owned();
    assert_eq!(paid.stripe.object(&id)["is_charge_refundable"], true);
    let told = paid.told(|stripe| stripe.set_dispute(&id, DisputeStatus::NeedsResponse).unwrap());
    assert_eq!(told, ["charge.dispute.updated", "charge.dispute.funds_withdrawn"]);
    let closed = paid.api.make(&format!("/v1/disputes/{id}/close"), &[]).await;
    assert_eq!(closed["status"], "lost");
}

#[tokio::test]
async fn a_prevented_dispute_takes_the_money_at_once() {
    let paid = Paid::with("pm_card_visa").await;
    let control = format!("{}/_control/payment_intents/{}/dispute", paid.api.base, paid.intent);
    let body = json!({ "status": "prevented", "reason": "fraudulent" });
    let dispute: Value = paid.api.http.post(control).json(&body).send().await.unwrap().json().await.unwrap();
    assert_eq!(
        (text(&dispute, "/status"), &dispute["balance_transactions"][0]["amount"]),
        ("prevented", &json!(-1999))
    );
    assert_eq!(dispute["evidence_details"]["due_by"], json!(null), "there is nothing to answer");
}
