//! Subscribing, buying, cancelling and resuming: whatever is repeated, raced or lost.

use pledge_application::champions::{
    Champions, Failure, Purchase, PurchaseError, RenewalError, SubscribeError, SubscribeRequest, TierChange,
    TierChangeError,
};
use pledge_domain::{
    champion::{
        PaymentStatus, Subscription,
        moment::DEFAULT_RENEWAL_GRACE,
        renewal::{InvoiceStatus, RunningInvoice},
        status::Standing,
        subscribe,
    },
    ids::{CustomerId, InvoiceId, NovelId, PaymentIntentId, PaymentMethodId, PriceId, SubscriptionId},
    limits::{AttemptLimits, Limit},
    ports::{Billing, BillingError, ChampionStore, GatewayError, Gone, IntentState, SubscriptionAnswer},
    stripe::{BillingReason, SubscriptionStatus},
};
use pledge_testkit::{
    Deliver, FakeBilling, InMemoryStore, SeededIds,
    builders::{champion, invoice, invoice_paid, level, metadata, signed_in, tiers},
    fakes::on_purpose,
    time::t,
};

struct Reader {
    champions: Champions<InMemoryStore, FakeBilling>,
    ids: SeededIds,
}

impl Reader {
    fn new() -> Self {
        let store = InMemoryStore::default();
        store.open_novel(tiers());
        Self {
            champions: Champions {
                store,
                billing: FakeBilling::default(),
                renewal_grace: DEFAULT_RENEWAL_GRACE,
                limits: AttemptLimits::default(),
            },
            ids: SeededIds::default(),
        }
    }

    async fn subscribe(&self, tier: i64) -> Result<SubscriptionAnswer, SubscribeError> {
        self.subscribe_with(tier, None).await
    }

    async fn subscribe_with(&self, tier: i64, method: Option<&str>) -> Result<SubscriptionAnswer, SubscribeError> {
        let wish = SubscribeRequest {
            reader: signed_in("ada", "ada@example.com"),
            novel: champion("ada").novel,
            level: level(tier),
            payment_method: method.map(|id| PaymentMethodId::parse(id).unwrap()),
        };
        self.champions.subscribe(&wish, &self.ids, t(0)).await.map(|subscribed| subscribed.answer)
    }

    async fn change_tier(&self, tier: i64) -> Result<TierChange, TierChangeError> {
        let reader = signed_in("ada", "ada@example.com");
        self.champions.change_tier(&reader, champion("ada").novel, level(tier), false, t(0)).await
    }

    async fn buy(&self, tier: i64) -> Result<Purchase, PurchaseError> {
        let reader = signed_in("ada", "ada@example.com");
        self.champions.purchase(&reader, champion("ada").novel, level(tier), &self.ids, t(9)).await
    }

    async fn change_renewal(&self, renew: bool) -> Result<Standing, RenewalError> {
        self.champions.change_renewal(&champion("ada"), renew, t(9)).await
    }

    async fn standing(&self) -> Standing {
        self.champions.standing(&champion("ada"), t(9)).await.unwrap()
    }

    async fn intent(&self, id: &PaymentIntentId) -> IntentState {
        self.billing().payment(id).await.unwrap().state
    }

    async fn is_active(&self) -> bool {
        self.standing().await.support.is_some_and(|support| support.is_active)
    }

    /// The reader pays, and Stripe says so.
    async fn pay(&self, answer: &SubscriptionAnswer) {
        let id = &answer.made.subscription.id;
        self.billing().set_status(id, SubscriptionStatus::Active);
        let payments = self.champions.store.account(&champion("ada")).await.unwrap().payments;
        let record = payments.iter().find(|payment| payment.subscription.as_ref() == Some(id)).unwrap();
        let data = Some(metadata(&champion("ada"), record.tier.unwrap().get().into(), Some(record.id)));
        let mut fact = invoice("in_1", BillingReason::SubscriptionCreate, data, t(5));
        fact.subscription = id.clone();
        fact.invoice = answer.made.invoice.clone().unwrap();
        self.champions.store.deliver(&invoice_paid(&format!("evt_{id}"), fact), t(5)).await.unwrap();
    }

    async fn knows_customer(&self) {
        let customer = CustomerId::parse("cus_1").unwrap();
        self.champions.store.save_customer(&champion("ada").user, &customer).await.unwrap();
    }

    /// Of tier 3.
    async fn knows_price(&self) {
        let price = PriceId::parse("price_1").unwrap();
        self.champions.store.save_price(&tiers()[2], &price, t(0)).await.unwrap();
    }

    fn billing(&self) -> &FakeBilling {
        &self.champions.billing
    }

    fn live(&self) -> usize {
        self.billing().subscriptions().iter().filter(|(_, status)| !status.is_terminal()).count()
    }
}

fn id(answer: &SubscriptionAnswer) -> &SubscriptionId {
    &answer.made.subscription.id
}

fn gone(what: Gone) -> BillingError {
    GatewayError::Gone { what, cause: on_purpose() }.into()
}

#[tokio::test]
async fn a_customer_that_was_deleted_at_stripe_is_made_anew_once_and_stored() {
    let reader = Reader::new();
    reader.knows_customer().await;
    reader.knows_price().await;
    reader.billing().fail_next(gone(Gone::Customer));
    let answer = reader.subscribe(3).await.unwrap();
    let customer = CustomerId::parse("cus_ada_after_1").unwrap();
    assert_eq!(answer.made.subscription.customer.as_ref(), Some(&customer));
    assert_eq!(reader.champions.store.account(&champion("ada")).await.unwrap().customer, Some(customer));
    assert_eq!(reader.billing().calls().iter().filter(|call| **call == "replace_customer").count(), 1);

    let reader = Reader::new();
    reader.knows_customer().await;
    reader.billing().fail_next(gone(Gone::Customer));
    reader.buy(3).await.unwrap();
}

#[tokio::test]
async fn a_price_that_was_archived_at_stripe_is_made_anew_once_and_the_old_one_stays_its_tiers() {
    let reader = Reader::new();
    reader.knows_customer().await;
    reader.knows_price().await;
    reader.billing().fail_next(gone(Gone::Price));
    reader.subscribe(3).await.unwrap();
    let tiers = reader.champions.store.tiers(champion("ada").novel).await.unwrap();
    let names = |prices: &[PriceId]| prices.iter().map(|id| id.as_str().to_owned()).collect::<Vec<_>>();
    assert_eq!(tiers[2].stripe_price.as_ref().map(PriceId::as_str), Some("price_7_3_500_again"));
    assert_eq!(names(&tiers[2].prices), ["price_1", "price_7_3_500_again"]);
}

#[tokio::test]
async fn what_is_gone_again_is_an_operators_to_mend() {
    let reader = Reader::new();
    reader.knows_customer().await;
    reader.knows_price().await;
    reader.billing().fail_next(gone(Gone::Customer));
    reader.billing().pass_next();
    reader.billing().fail_next(gone(Gone::Customer));
    let error = reader.subscribe(3).await.unwrap_err();
    let gone = |error: &BillingError| matches!(error, BillingError::Gateway(GatewayError::Gone { .. }));
    assert!(matches!(&error, SubscribeError::Failed(Failure::Billing(error)) if gone(error)), "{error:?}");
    assert!(reader.subscribe(3).await.is_ok(), "nothing is in the way once it is mended");
}

fn down() -> BillingError {
    GatewayError::Unavailable(on_purpose()).into()
}

#[tokio::test]
async fn a_subscription_waits_to_be_paid_and_grants_nothing() {
    let reader = Reader::new();
    let answer = reader.subscribe(3).await.unwrap();
    assert_eq!(answer.made.subscription.status, SubscriptionStatus::Incomplete);
    assert!(answer.client_secret.is_some());
    let standing = reader.standing().await;
    assert_eq!(standing.support, None);
    assert_eq!(standing.pending.unwrap().subscription.as_ref(), Some(id(&answer)));
    reader.pay(&answer).await;
    assert!(reader.is_active().await);
}

#[tokio::test]
async fn customer_and_price_are_made_once() {
    let reader = Reader::new();
    let first = reader.subscribe(3).await.unwrap();
    reader.billing().set_status(id(&first), SubscriptionStatus::IncompleteExpired);
    reader.subscribe(3).await.unwrap();
    let calls = reader.billing().calls();
    for once in ["create_customer", "create_price"] {
        assert_eq!(calls.iter().filter(|call| **call == once).count(), 1, "{once}");
    }
}

#[tokio::test]
async fn an_unfinished_attempt_is_resumed_with_its_secret() {
    let reader = Reader::new();
    let first = reader.subscribe(3).await.unwrap();
    let again = reader.subscribe(3).await.unwrap();
    assert_eq!((id(&first), &first.client_secret), (id(&again), &again.client_secret));
    assert_eq!(reader.billing().subscriptions().len(), 1);
}

#[tokio::test]
async fn another_tier_cancels_the_unfinished_attempt_first() {
    let reader = Reader::new();
    let first = reader.subscribe(3).await.unwrap();
    let second = reader.subscribe(5).await.unwrap();
    assert_ne!(id(&first), id(&second));
    assert_eq!(reader.live(), 1);
    assert_eq!(reader.standing().await.pending.unwrap().tier, Some(level(5)));
}

#[tokio::test]
async fn who_is_subscribed_is_told_so_even_before_the_webhook() {
    let reader = Reader::new();
    let answer = reader.subscribe(3).await.unwrap();
    reader.billing().set_status(id(&answer), SubscriptionStatus::Active);
    assert!(matches!(reader.subscribe(3).await, Err(SubscribeError::AlreadySubscribed)));
    reader.pay(&answer).await;
    assert!(matches!(reader.subscribe(5).await, Err(SubscribeError::AlreadySubscribed)));
    assert_eq!(reader.billing().subscriptions().len(), 1);
}

#[tokio::test]
async fn an_unknown_tier_makes_nothing() {
    let reader = Reader::new();
    let wish = SubscribeRequest {
        reader: signed_in("ada", "ada@example.com"),
        novel: NovelId::new(8).unwrap(),
        level: level(1),
        payment_method: None,
    };
    let refused = reader.champions.subscribe(&wish, &reader.ids, t(0)).await;
    assert!(matches!(refused, Err(SubscribeError::TierNotFound)));
    assert_eq!(reader.billing().calls(), [""; 0]);
}

#[tokio::test]
async fn wherever_an_answer_is_lost_a_retry_makes_one_subscription() {
    for lost in ["customer", "price", "subscription"] {
        let reader = Reader::new();
        if lost != "customer" {
            reader.knows_customer().await;
        }
        if lost == "subscription" {
            reader.knows_price().await;
        }
        reader.billing().lose_next_answer(down());
        assert!(reader.subscribe(3).await.is_err(), "{lost}");
        let retried = reader.subscribe(3).await.unwrap();
        assert_eq!(
            reader.billing().subscriptions(),
            [(id(&retried).clone(), SubscriptionStatus::Incomplete)],
            "{lost}"
        );
    }
}

#[tokio::test]
async fn a_lost_attempt_of_another_tier_is_found_and_cancelled() {
    let reader = Reader::new();
    reader.knows_customer().await;
    reader.knows_price().await;
    reader.billing().lose_next_answer(down());
    assert!(reader.subscribe(3).await.is_err());
    let other = reader.subscribe(5).await.unwrap();
    assert_eq!((reader.billing().subscriptions().len(), reader.live()), (2, 1));
    assert_eq!(other.made.subscription.tier, Some(level(5)));
}

#[tokio::test]
async fn a_refusal_of_stripe_locks_nobody_out() {
    let refusals = [
        BillingError::Declined { code: Some("insufficient_funds".into()) },
        GatewayError::IdempotencyKeyConsumed(on_purpose()).into(),
        GatewayError::Refused(on_purpose()).into(),
    ];
    for refusal in refusals {
        let reader = Reader::new();
        reader.knows_customer().await;
        reader.knows_price().await;
        reader.billing().fail_next(refusal);
        assert!(matches!(reader.subscribe(3).await, Err(SubscribeError::Failed(Failure::Billing(_)))));
        assert_eq!(reader.standing().await.pending, None);
        reader.subscribe(5).await.unwrap();
        assert_eq!(reader.live(), 1);
    }
}

#[tokio::test]
async fn a_chosen_payment_method_pays_and_a_declined_one_is_told() {
    let reader = Reader::new();
    let answer = reader.subscribe_with(3, Some("pm_1")).await.unwrap();
    assert_eq!(reader.billing().payment_method(id(&answer)).unwrap().as_str(), "pm_1");
    let reader = Reader::new();
    reader.subscribe(3).await.unwrap();
    reader.billing().fail_next(down());
    assert!(reader.subscribe_with(3, Some("pm_2")).await.is_err());
    let answer = reader.subscribe_with(3, Some("pm_2")).await.unwrap();
    assert_eq!(reader.billing().payment_method(id(&answer)).unwrap().as_str(), "pm_2");
    let answer = reader.subscribe_with(3, Some("pm_card_visa")).await.unwrap();
    assert_eq!(reader.billing().payment_method(id(&answer)).unwrap().as_str(), "pm_made_of_visa", "not the alias");
    assert_eq!(reader.live(), 1);
}

#[tokio::test]
async fn cancelling_and_resuming_are_stored_at_once_and_repeats_change_nothing() {
    let reader = Reader::new();
    assert!(matches!(reader.change_renewal(false).await, Err(RenewalError::SubscriptionNotFound)));
    let answer = reader.subscribe(3).await.unwrap();
    assert!(matches!(reader.change_renewal(false).await, Err(RenewalError::SubscriptionNotFound)), "not paid yet");
    reader.pay(&answer).await;
    for renew in [false, false, true, true] {
        let support = reader.change_renewal(renew).await.unwrap().support.unwrap();
        assert_eq!((support.auto_renew, support.cancel_at_period_end, support.is_active), (renew, !renew, true));
    }
    let calls = reader.billing().calls();
    assert_eq!(calls.iter().filter(|call| **call == "set_cancel_at_period_end").count(), 2);
}

#[tokio::test]
async fn subscribing_again_takes_a_cancellation_back_or_changes_the_tier() {
    let reader = Reader::new();
    let answer = reader.subscribe(3).await.unwrap();
    reader.pay(&answer).await;
    reader.change_renewal(false).await.unwrap();
    let resumed = reader.subscribe(3).await.unwrap();
    assert_eq!((id(&resumed), &resumed.client_secret), (id(&answer), &None));
    assert!(reader.standing().await.support.unwrap().auto_renew);

    reader.change_renewal(false).await.unwrap();
    let end = reader.standing().await.support.unwrap().period.end;
    let other = reader.subscribe(5).await.unwrap();
    assert_ne!(id(&other), id(&answer));
    assert_eq!(reader.live(), 1);
    let support = reader.standing().await.support.unwrap();
    assert_eq!((support.is_active, support.period.end), (true, end), "what is paid stays bought");
}

#[tokio::test]
async fn a_subscription_that_ended_unseen_cannot_be_cancelled() {
    let reader = Reader::new();
    let answer = reader.subscribe(3).await.unwrap();
    reader.pay(&answer).await;
    reader.billing().set_status(id(&answer), SubscriptionStatus::Canceled);
    assert!(matches!(reader.change_renewal(false).await, Err(RenewalError::SubscriptionNotFound)));
    assert!(!reader.standing().await.support.unwrap().auto_renew);
}

#[tokio::test]
async fn a_second_click_on_buy_is_the_same_payment() {
    let reader = Reader::new();
    let first = reader.buy(3).await.unwrap();
    assert_eq!(reader.buy(3).await.unwrap(), first);
    assert_eq!((first.amount.amount, reader.is_active().await), (500, false));
    reader.billing().set_intent(&first.payment_intent, IntentState::Paid);
    assert!(matches!(reader.buy(3).await, Err(PurchaseError::PaymentPending)));
    reader.billing().set_intent(&first.payment_intent, IntentState::Canceled);
    assert_ne!(reader.buy(3).await.unwrap().payment_intent, first.payment_intent);
}

#[tokio::test]
async fn a_purchase_survives_a_lost_answer_and_a_refusal() {
    let reader = Reader::new();
    reader.knows_customer().await;
    reader.billing().lose_next_answer(down());
    assert!(matches!(reader.buy(3).await, Err(PurchaseError::Failed(Failure::Billing(_)))));
    assert_eq!(reader.buy(3).await.unwrap().payment_intent.as_str(), "pi_1");
    reader.billing().fail_next(GatewayError::Refused(on_purpose()).into());
    assert!(reader.buy(4).await.is_err());
    assert_eq!(reader.buy(4).await.unwrap().amount.amount, 1000);
    let payments = reader.champions.store.account(&champion("ada")).await.unwrap().payments;
    let given_up = payments.iter().filter(|payment| payment.status() == PaymentStatus::Failed).count();
    assert_eq!(given_up, 2, "the refused one, and the older one that the newer one replaces");
}

#[tokio::test]
async fn a_lower_tier_is_not_sold_while_a_higher_one_renews_and_waits_while_one_only_runs() {
    let reader = Reader::new();
    let answer = reader.subscribe(3).await.unwrap();
    reader.pay(&answer).await;
    assert!(matches!(reader.buy(2).await, Err(PurchaseError::LowerTier { current }) if current == level(3)));
    let more = reader.buy(3).await.unwrap();
    let end = reader.standing().await.support.unwrap().period.end;
    assert_eq!(more.starts_at, Some(end), "it waits for what is paid");
    reader.change_renewal(false).await.unwrap();
    assert_eq!(reader.buy(2).await.unwrap().starts_at, Some(end));
    assert_eq!(reader.buy(4).await.unwrap().starts_at, None, "a higher tier begins at once");
}

#[tokio::test]
async fn an_older_open_purchase_is_cancelled_when_a_newer_one_is_made() {
    let reader = Reader::new();
    let old = reader.buy(1).await.unwrap();
    let new = reader.buy(5).await.unwrap();
    assert_ne!(old.payment_intent, new.payment_intent);
    assert_eq!(reader.intent(&old.payment_intent).await, IntentState::Canceled);
    assert_eq!(reader.intent(&new.payment_intent).await, IntentState::Payable);
    reader.billing().set_intent(&new.payment_intent, IntentState::Paid);
    assert!(reader.buy(1).await.is_ok());
    assert_eq!(reader.intent(&new.payment_intent).await, IntentState::Paid, "what is paid stays");
}

#[tokio::test]
async fn a_lower_tier_resumes_and_changes_a_cancelled_subscription_without_a_payment() {
    let reader = Reader::new();
    let answer = reader.subscribe(13).await.unwrap();
    reader.pay(&answer).await;
    reader.change_renewal(false).await.unwrap();
    let lower = reader.subscribe(1).await.unwrap();
    assert_eq!((id(&lower), &lower.client_secret, reader.live()), (id(&answer), &None, 1));
    assert!(reader.billing().goes_on_at(id(&answer)).is_some_and(|price| price.as_str().contains("_1_")));
    let support = reader.standing().await.support.unwrap();
    assert_eq!((support.tier, support.auto_renew), (Some(level(13)), true), "tier 13 runs to its end");
    assert!(!reader.billing().calls().contains(&"cancel_now"));
}

#[tokio::test]
async fn of_two_changes_of_tier_at_once_the_one_that_stripe_took_last_is_stored() {
    let reader = Reader::new();
    let answer = reader.subscribe(5).await.unwrap();
    reader.pay(&answer).await;
    reader.change_tier(3).await.unwrap();
    let third = reader.billing().goes_on_at(id(&answer)).unwrap();
    // Stripe answers this one first, and somebody else's change after it.
    reader.billing().overtake_change(third.clone());
    reader.change_tier(1).await.unwrap();
    assert_eq!(reader.billing().goes_on_at(id(&answer)), Some(third));
    let account = reader.champions.store.account(&champion("ada")).await.unwrap();
    assert_eq!(account.live_subscription().unwrap().tier, Some(level(3)));
}

#[tokio::test]
async fn a_payment_past_due_and_a_pause_say_what_to_do() {
    let reader = Reader::new();
    let answer = reader.subscribe(3).await.unwrap();
    reader.pay(&answer).await;
    let subscription = answer.made.subscription.clone();
    let is = |status, collection_paused| {
        let news = Subscription { status, collection_paused, started: true, ..subscription.clone() };
        let (store, key) = (&reader.champions.store, champion("ada"));
        async move { store.step(&key, t(9), |account| subscribe::observe(account, &news, &[], t(9))).await.unwrap() }
    };
    for status in [SubscriptionStatus::PastDue, SubscriptionStatus::Unpaid] {
        is(status, false).await;
        assert!(matches!(reader.subscribe(3).await, Err(SubscribeError::PaymentPastDue)));
        for tier in [2, 3] {
            assert!(matches!(reader.buy(tier).await, Err(PurchaseError::PaymentPastDue)));
        }
        assert!(reader.buy(4).await.is_ok(), "a higher tier neither waits nor is paid twice");
    }
    is(SubscriptionStatus::Active, true).await;
    assert!(matches!(reader.subscribe(3).await, Err(SubscribeError::Paused)));
    is(SubscriptionStatus::Paused, false).await;
    assert!(matches!(reader.subscribe(3).await, Err(SubscribeError::Paused)));
}

/// Nobody is charged after cancelling.
#[tokio::test]
async fn cancelling_while_the_running_period_is_not_paid_ends_now_and_voids_its_invoice() {
    for status in [InvoiceStatus::Draft, InvoiceStatus::Open, InvoiceStatus::Dead] {
        let reader = Reader::new();
        let answer = reader.subscribe(3).await.unwrap();
        reader.pay(&answer).await;
        let invoice = InvoiceId::parse("in_2").unwrap();
        reader.billing().set_running(id(&answer), RunningInvoice { id: invoice, status });
        let support = reader.change_renewal(false).await.unwrap().support.unwrap();
        assert_eq!((support.auto_renew, support.cancel_at_period_end, reader.live()), (false, false, 0), "{status:?}");
        assert_eq!(reader.billing().calls().contains(&"void_invoice"), status != InvoiceStatus::Dead);
    }
}

#[tokio::test]
async fn cancelling_while_the_running_period_is_paid_ends_with_it() {
    let reader = Reader::new();
    let answer = reader.subscribe(3).await.unwrap();
    reader.pay(&answer).await;
    let running = RunningInvoice { id: InvoiceId::parse("in_2").unwrap(), status: InvoiceStatus::Paid };
    reader.billing().set_running(id(&answer), running);
    let support = reader.change_renewal(false).await.unwrap().support.unwrap();
    assert_eq!((support.cancel_at_period_end, reader.live()), (true, 1));
}

#[tokio::test]
async fn an_attempt_too_many_asks_stripe_nothing() {
    let mut reader = Reader::new();
    reader.champions.limits = AttemptLimits { per_reader: Limit::per_hour(2), per_card: Limit::per_hour(1) };
    reader.subscribe_with(2, Some("pm_1")).await.unwrap();
    let calls = reader.champions.billing.calls().len();
    let refused = reader.subscribe_with(2, Some("pm_1")).await;
    assert!(matches!(refused, Err(SubscribeError::Failed(Failure::TooMany(_)))), "{refused:?}");
    let refused = reader.buy(5).await;
    assert!(matches!(refused, Err(PurchaseError::Failed(Failure::TooMany(_)))), "{refused:?}");
    assert_eq!(reader.champions.billing.calls().len(), calls);
}
