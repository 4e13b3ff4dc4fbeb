//! The round trips of each method about champions on a warm connection.

mod support;

use pledge_domain::{
    account::sign_in,
    champion::{Moment, Step, booking, roll::roll},
    ids::CustomerId,
    limits::Uses,
    ports::ChampionStore,
    stripe::{BillingReason, SubscriptionStatus},
};
use pledge_faults::{COUNTING, Setup, TcpProxy};
use pledge_testkit::{
    Deliver, TestDatabase,
    builders::{a_purchase, champion, invoice, invoice_paid, metadata, signed_in, subscription_changed, tiers},
    time::t,
};

#[tokio::test]
async fn a_step_takes_two_round_trips_and_an_event_one_more_if_only_what_is_stored_names_its_reader() {
    let database = TestDatabase::new().await;
    let proxy = TcpProxy::start(database.address(), Setup { latency: COUNTING, ..Setup::default() }).await;
    let store = support::store(&database.url_through(proxy.address()), 1);
    store.warm_up().await.unwrap();
    assert_eq!(proxy.take_counts().connections, 1);
    let key = champion("ada");

    store.sign_in(&sign_in(&signed_in("ada", "ada@example.com")), &Uses::default(), t(0)).await.unwrap();
    assert_eq!(proxy.take_counts().round_trips, 1, "sign_in");
    store.save_customer(&key.user, &CustomerId::parse("cus_1").unwrap()).await.unwrap();
    assert_eq!(proxy.take_counts().round_trips, 1, "save_customer");
    store.save_price(&tiers()[0], &"price_1".to_owned().try_into().unwrap(), t(0)).await.unwrap();
    assert_eq!(proxy.take_counts().round_trips, 1, "save_price");
    store.account(&key).await.unwrap();
    assert_eq!(proxy.take_counts().round_trips, 1, "account");
    store.accounts(&key.user, 10).await.unwrap();
    assert_eq!(proxy.take_counts().round_trips, 2, "accounts, however many there are");

    let paid = pledge_domain::champion::PaymentRecord { paid_at: Some(t(0)), ..a_purchase(1, t(0)) };
    store.step(&key, t(1), |account| booking::step(account, paid.clone())).await.unwrap();
    assert_eq!(proxy.take_counts().round_trips, 2, "step");
    store.step(&key, t(1), |_| Step::only(())).await.unwrap();
    assert_eq!(proxy.take_counts().round_trips, 2, "step, nothing to write");
    let claims = sign_in(&signed_in("ada", "ada@example.com"));
    let bought = pledge_domain::champion::PaymentRecord { paid_at: Some(t(1)), ..a_purchase(2, t(1)) };
    let step = |account| booking::step(account, bought.clone());
    store.sign_in_and_step(&claims, &Uses::default(), &key, t(1), step).await.unwrap();
    assert_eq!(proxy.take_counts().round_trips, 2, "sign_in_and_step");

    let data = Some(metadata(&key, 2, None));
    let named = invoice_paid("evt_1", invoice("in_1", BillingReason::SubscriptionCreate, data, t(2)));
    store.deliver(&named, t(3)).await.unwrap();
    assert_eq!(proxy.take_counts().round_trips, 2, "record, named by metadata");
    store.deliver(&subscription_changed("evt_2", SubscriptionStatus::Active, true, None, t(4)), t(5)).await.unwrap();
    assert_eq!(proxy.take_counts().round_trips, 3, "record, found by its subscription");

    let now = t(60 * 86_400);
    let due = |limit| store.roll(now, limit, |account| roll(account.at(Moment::new(now))));
    assert_eq!(due(10).await.unwrap().rows, 1);
    assert_eq!(proxy.take_counts().round_trips, 3, "roll, however many rows are due");
    assert_eq!(due(0).await.unwrap().rows, 0);
    assert_eq!(proxy.take_counts().round_trips, 2, "roll, nothing due");
}
