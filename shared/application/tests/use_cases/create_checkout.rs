//! At most one session of a preorder can be paid, also if requests are repeated, run at once or are lost.

use pledge_application::{
    create_checkout::{CheckoutError, CreateCheckout},
    site::Site,
};
use pledge_domain::{
    Timestamp,
    ids::{PreorderId, SessionId},
    ports::{GatewayError, OpenedSession, PreorderStore, SessionRequest, SessionStatus, StoreError},
    preorder::{CheckoutPolicy, Preorder, Session, SessionState, Status, checkout::OpenSession},
    stripe::{CheckoutPaymentStatus, Fact, SessionStep},
    user::{Account, Owner},
};
use pledge_testkit::{
    Deliver, FakeGateway, FakeIdentity, InMemoryStore,
    builders::{
        PRICE, a_new_preorder, a_preorder, a_session, an_account, event, preorder_id, session_expired, session_of,
        session_paid, session_unpaid, uid,
    },
    fakes::on_purpose,
    time::t,
};

type Checkout = CreateCheckout<InMemoryStore, FakeIdentity, FakeGateway>;

/// Returns a checkout, and a preorder of the reader `owner`, for whom an account was made by their address.
async fn with_owner() -> (Checkout, Preorder) {
    with(FakeIdentity::default(), Owner::ByEmail(an_account("owner"))).await
}

/// Returns a checkout, and a preorder without an owner, as it is stored if Firebase is down.
async fn ownerless(identity: FakeIdentity) -> (Checkout, Preorder) {
    with(identity, Owner::Unknown).await
}

async fn with(identity: FakeIdentity, owner: Owner) -> (Checkout, Preorder) {
    let store = InMemoryStore::default();
    let preorder = store.initiate(&a_new_preorder(1, "reader-1@example.com", owner)).await.unwrap();
    let site = Site::new(&"https://example.com".parse().unwrap());
    (
        CreateCheckout { store, identity, gateway: FakeGateway::default(), site, policy: CheckoutPolicy::default() },
        preorder,
    )
}

fn stored(checkout: &Checkout) -> Preorder {
    checkout.store.preorders().remove(0)
}

fn attempts(checkout: &Checkout) -> Vec<i32> {
    checkout.gateway.requests().iter().map(|request| request.attempt).collect()
}

/// Opens a checkout with the preorder as it is stored, at the usual time.
async fn open(checkout: &Checkout) -> Result<OpenSession, CheckoutError> {
    open_at(checkout, t(10)).await
}

async fn open_at(checkout: &Checkout, now: Timestamp) -> Result<OpenSession, CheckoutError> {
    checkout.run(stored(checkout), now).await
}

fn key_consumed() -> GatewayError {
    GatewayError::IdempotencyKeyConsumed(on_purpose())
}

#[tokio::test]
async fn stripe_is_asked_for_what_was_ordered() {
    let (checkout, preorder) = with_owner().await;
    open(&checkout).await.unwrap();
    let expected = SessionRequest {
        agreed_to: None,
        preorder: preorder.id,
        attempt: 1,
        user: Some(uid("owner")),
        email: preorder.email,
        price: PRICE.to_owned().try_into().unwrap(),
        color: preorder.color,
        locale: preorder.locale,
        success_url: success_url(preorder.id),
        cancel_url: format!("https://example.com/ja/pre-order/cancel?preorder_id={}", preorder.id),
        policy: CheckoutPolicy::default(),
    };
    assert_eq!(checkout.gateway.requests(), [expected]);
}

fn success_url(id: PreorderId) -> String {
    format!("https://example.com/ja/pre-order/success?session_id={{CHECKOUT_SESSION_ID}}&preorder_id={id}")
}

#[tokio::test]
async fn the_session_is_stored_and_the_preorder_is_processing() {
    let (checkout, _) = with_owner().await;
    let session = open(&checkout).await.unwrap();
    let preorder = stored(&checkout);
    assert_eq!((preorder.status, preorder.checkout_attempt), (Status::Processing, 1));
    let expected = Session {
        id: session.id,
        url: Some(session.url),
        expires_at: Some(session.expires_at),
        state: SessionState::Open,
    };
    assert_eq!(preorder.session, Some(expected));
}

#[tokio::test]
async fn an_open_session_is_used_again() {
    let (checkout, _) = with_owner().await;
    let first = open(&checkout).await.unwrap();
    let second = open(&checkout).await.unwrap();
    assert_eq!(first, second);
    assert_eq!(attempts(&checkout), [1]);
}

#[tokio::test]
async fn a_session_that_is_about_to_close_is_replaced() {
    let (checkout, _) = with_owner().await;
    let first = open(&checkout).await.unwrap();
    let second = open_at(&checkout, first.expires_at - time::Duration::seconds(30)).await.unwrap();
    assert_ne!(first.id, second.id);
    assert_eq!(attempts(&checkout), [1, 2]);
}

#[tokio::test]
async fn before_another_session_is_opened_stripe_says_how_the_one_before_ended() {
    for (status, opens) in [(SessionStatus::Expired, true), (SessionStatus::Complete, false)] {
        let (checkout, _) = with_owner().await;
        let first = open(&checkout).await.unwrap();
        checkout.gateway.close_next(Ok(status));
        let second = open_at(&checkout, first.expires_at + time::Duration::hours(1)).await;
        assert_eq!(checkout.gateway.closed(), [first.id]);
        match second {
            Ok(_) => assert!(opens),
            Err(error) => assert!(matches!(error, CheckoutError::PaymentPending) && !opens, "{error:?}"),
        }
        assert_eq!(attempts(&checkout).len(), if opens { 2 } else { 1 }, "nobody can pay twice");
    }
    let (checkout, _) = with_owner().await;
    let first = open(&checkout).await.unwrap();
    checkout.gateway.close_next(Err(GatewayError::Unavailable(on_purpose())));
    assert!(open_at(&checkout, first.expires_at).await.is_err(), "without an answer nothing is opened");
    assert_eq!(attempts(&checkout), [1]);
}

#[tokio::test]
async fn a_session_that_was_never_stored_and_is_paid_is_not_paid_again() {
    let (checkout, preorder) = with_owner().await;
    let (id, status) = (session_of(&preorder), SessionStatus::Complete);
    checkout.gateway.answer_next(OpenedSession { id, url: None, expires_at: t(99), status });
    assert!(matches!(open(&checkout).await, Err(CheckoutError::PaymentPending)));
    assert_eq!(stored(&checkout).checkout_attempt, 0, "its event adopts it");
}

#[tokio::test]
async fn an_expired_session_is_replaced() {
    let (checkout, preorder) = with_owner().await;
    let first = open(&checkout).await.unwrap();
    let mut expired = checkout.store.find(preorder.id).await.unwrap().unwrap();
    expired.session.as_mut().unwrap().state = SessionState::Closed;
    checkout.store.put(expired);
    assert_ne!(open(&checkout).await.unwrap().id, first.id);
    assert_eq!(attempts(&checkout), [1, 2]);
}

#[tokio::test]
async fn whoever_loses_the_race_gets_the_winners_session() {
    let (checkout, as_it_was) = with_owner().await;
    let winner = open(&checkout).await.unwrap();
    let loser = checkout.run(as_it_was, t(10)).await.unwrap();
    assert_eq!(winner, loser);
    // Both requests were the same attempt and so had the same idempotency key, for which Stripe makes one session.
    assert_eq!(attempts(&checkout), [1, 1]);
}

#[tokio::test]
async fn whoever_loses_the_race_against_the_payment_pays_nothing() {
    let (checkout, as_it_was) = with_owner().await;
    checkout.store.deliver(&session_paid("evt_1", &as_it_was), t(5)).await.unwrap();
    let error = checkout.run(as_it_was, t(10)).await.unwrap_err();
    assert!(matches!(error, CheckoutError::AlreadyCompleted), "{error:?}");
    assert_eq!(stored(&checkout).status, Status::Completed);
}

#[tokio::test]
async fn whoever_loses_the_race_against_a_delayed_payment_in_a_recovered_session_gets_no_other_one() {
    let (checkout, preorder) = with_owner().await;
    open(&checkout).await.unwrap();
    let mut expired = a_session(&preorder, SessionStep::Expired);
    expired.session = stored(&checkout).session.unwrap().id;
    let expired = event("evt_1", "checkout.session.expired", Fact::Session(Box::new(expired)));
    checkout.store.deliver(&expired, t(5)).await.unwrap();
    let as_it_was = stored(&checkout);
    let mut copy = a_session(&preorder, SessionStep::Completed(CheckoutPaymentStatus::Unpaid));
    copy.expires_at = Some(t(9 * 86_400));
    let copy = event("evt_2", "checkout.session.completed", Fact::Session(Box::new(copy)));
    checkout.store.deliver(&copy, t(6)).await.unwrap();

    for read in [as_it_was, stored(&checkout)] {
        let error = checkout.run(read, t(10)).await.unwrap_err();
        assert!(matches!(error, CheckoutError::PaymentPending), "{error:?}");
    }
    assert_eq!(attempts(&checkout), [1, 2], "nobody learns the address of the second one");
    assert_eq!(stored(&checkout).session.unwrap().id, session_of(&preorder));
}

#[tokio::test]
async fn a_replayed_session_that_has_ended_leads_to_the_next_attempt() {
    let old = Some("https://checkout.example/old".to_owned());
    for (url, status) in [(None, SessionStatus::Expired), (old, SessionStatus::Expired), (None, SessionStatus::Open)] {
        let (checkout, _) = with_owner().await;
        let id = SessionId::parse("cs_test_ended").unwrap();
        checkout.gateway.answer_next(OpenedSession { id: id.clone(), url, expires_at: t(0), status });
        let session = open(&checkout).await.unwrap();
        assert_ne!(session.id, id);
        assert_eq!(attempts(&checkout), [1, 2]);
        assert_eq!(stored(&checkout).checkout_attempt, 2);
    }
}

#[tokio::test]
async fn a_consumed_key_leads_to_the_next_attempt() {
    let (checkout, _) = with_owner().await;
    checkout.gateway.fail_next(key_consumed());
    open(&checkout).await.unwrap();
    assert_eq!(attempts(&checkout), [1, 2]);
}

#[tokio::test]
async fn a_stripe_that_fails_for_good_is_left_alone_after_a_few_attempts() {
    let (checkout, _) = with_owner().await;
    for _ in 0..4 {
        checkout.gateway.fail_next(key_consumed());
    }
    let error = open(&checkout).await.unwrap_err();
    assert!(matches!(error, CheckoutError::Gateway(GatewayError::IdempotencyKeyConsumed(_))), "{error:?}");
    assert_eq!(attempts(&checkout), [1, 2, 3, 4]);
    assert_eq!(stored(&checkout).status, Status::Initiated);

    open(&checkout).await.unwrap();
    assert_eq!(attempts(&checkout), [1, 2, 3, 4, 5]);
}

#[tokio::test]
async fn a_stripe_that_does_not_answer_keeps_the_attempt() {
    for error in [GatewayError::Unavailable(on_purpose()), GatewayError::Refused(on_purpose())] {
        let (checkout, before) = with_owner().await;
        checkout.gateway.fail_next(error);
        let error = open(&checkout).await.unwrap_err();
        assert!(matches!(error, CheckoutError::Gateway(_)), "{error:?}");
        assert_eq!(stored(&checkout), before);

        open(&checkout).await.unwrap();
        assert_eq!(attempts(&checkout), [1, 1]);
    }
}

#[tokio::test]
async fn a_crash_after_stripes_answer_leads_to_the_same_session() {
    let (checkout, as_it_was) = with_owner().await;
    checkout.store.be_unavailable_once();
    let error = checkout.run(as_it_was.clone(), t(10)).await.unwrap_err();
    assert!(matches!(error, CheckoutError::Store(StoreError::Unavailable(_))), "{error:?}");

    open(&checkout).await.unwrap();
    let requests = checkout.gateway.requests();
    assert_eq!(requests.len(), 2);
    // The second request has the same key and parameters as the first, so Stripe repeats its answer.
    assert_eq!(requests[0], requests[1]);
}

#[tokio::test]
async fn nobody_pays_while_a_payment_is_on_its_way() {
    let (checkout, preorder) = with_owner().await;
    checkout.store.deliver(&session_unpaid("evt_1", &preorder), t(5)).await.unwrap();
    let error = open(&checkout).await.unwrap_err();
    assert!(matches!(error, CheckoutError::PaymentPending), "{error:?}");
    assert!(checkout.gateway.requests().is_empty());
}

#[tokio::test]
async fn nobody_pays_twice() {
    let (checkout, preorder) = with_owner().await;
    checkout.store.deliver(&session_paid("evt_1", &preorder), t(5)).await.unwrap();
    let error = open(&checkout).await.unwrap_err();
    assert!(matches!(error, CheckoutError::AlreadyCompleted), "{error:?}");
    assert!(checkout.gateway.requests().is_empty());
}

#[tokio::test]
async fn an_abandoned_preorder_can_be_paid_after_all() {
    let (checkout, preorder) = with_owner().await;
    let session = OpenedSession {
        id: session_of(&preorder),
        url: Some("https://x".into()),
        expires_at: t(99),
        status: SessionStatus::Open,
    };
    checkout.gateway.answer_next(session);
    open_at(&checkout, t(-600)).await.unwrap();
    checkout.store.deliver(&session_expired("evt_1", &preorder), t(99)).await.unwrap();
    assert_eq!(stored(&checkout).status, Status::Cancelled);

    open_at(&checkout, t(100)).await.unwrap();
    assert_eq!(attempts(&checkout), [1, 2]);
    assert_eq!(stored(&checkout).status, Status::Processing);
}

#[tokio::test]
async fn what_has_no_price_cannot_be_paid() {
    let (checkout, _) = with_owner().await;
    let rescued = Preorder { id: preorder_id(7), price_id: None, ..a_preorder(7) };
    let error = checkout.run(rescued, t(10)).await.unwrap_err();
    assert!(matches!(error, CheckoutError::NoPrice), "{error:?}");
}

#[tokio::test]
async fn a_missing_owner_is_linked_at_checkout() {
    let (checkout, _) = ownerless(FakeIdentity::default()).await;
    open(&checkout).await.unwrap();
    let owner = stored(&checkout).user_id.unwrap();
    assert!(checkout.store.user(&owner).is_some());
    assert_eq!(checkout.gateway.requests()[0].user, Some(owner));
}

#[tokio::test]
async fn a_known_owner_is_not_looked_up() {
    let (checkout, _) = with_owner().await;
    open(&checkout).await.unwrap();
    assert!(checkout.identity.requests().is_empty());
}

#[tokio::test]
async fn one_can_pay_while_firebase_is_down() {
    let (checkout, _) = ownerless(FakeIdentity::default()).await;
    checkout.identity.fail_next();
    open(&checkout).await.unwrap();
    assert_eq!(stored(&checkout).user_id, None);
    assert_eq!(checkout.gateway.requests()[0].user, None);
}

#[tokio::test]
async fn an_account_that_nobody_proved_to_be_theirs_is_not_linked() {
    let foreign = Account { claimed: true, ..an_account("foreign") };
    let identity = FakeIdentity::default().with(&a_preorder(1).email, foreign);
    let (checkout, _) = ownerless(identity).await;
    open(&checkout).await.unwrap();
    assert_eq!(stored(&checkout).user_id, None);
    assert_eq!(checkout.gateway.requests()[0].user, None);
}
