//! Every row of the outbox reaches Klaviyo and counts there once, whatever fails.

use std::{sync::Mutex, time::Duration};

use pledge_application::{
    deliver_events::{DeliverEvents, Deliveries, Retry},
    site::Site,
};
use pledge_domain::{
    account,
    consent::Answer,
    ids::OutboxId,
    outbox::{Announcement, ProfilePart},
    ports::{AccountStore, Delivery, Marketing, MarketingError, PreorderStore, StoreError},
    preorder::{CheckoutPolicy, Preorder, Status},
    user::Owner,
};
use pledge_testkit::{
    Deliver, FakeMarketing, InMemoryStore,
    builders::{
        a_new_preorder, a_new_preorder_with_consent, a_preorder, preorder_id, session_expired, session_paid, signed_in,
    },
    time::t,
};
use serde_json::json;
use tokio::time::Instant;

/// Returns a sender whose outbox has this number of rows.
async fn deliver_to<Klaviyo>(klaviyo: Klaviyo, rows: u32) -> DeliverEvents<InMemoryStore, Klaviyo> {
    let store = InMemoryStore::default();
    for n in 1..=rows {
        let new = a_new_preorder(n, &format!("reader-{n}@example.com"), Owner::Unknown);
        store.initiate(&new).await.unwrap();
    }
    DeliverEvents { store, klaviyo, site: None, retry: Retry::default() }
}

async fn deliver(rows: u32) -> DeliverEvents<InMemoryStore, FakeMarketing> {
    deliver_to(FakeMarketing::default(), rows).await
}

fn ids(store: &InMemoryStore) -> Vec<OutboxId> {
    store.outbox().iter().map(|row| row.entry.id).collect()
}

async fn run<Klaviyo: Marketing>(deliver: &DeliverEvents<InMemoryStore, Klaviyo>) -> Deliveries {
    deliver.run(&ids(&deliver.store), t(100)).await.unwrap()
}

fn busy(retry_after: Option<u64>) -> MarketingError {
    MarketingError::Retryable { reason: "429".to_owned(), retry_after: retry_after.map(Duration::from_secs) }
}

fn refused() -> MarketingError {
    MarketingError::Permanent { reason: "400; invalid email".to_owned() }
}

#[tokio::test]
async fn a_row_is_sent_and_marked() {
    let deliver = deliver(1).await;
    let id = ids(&deliver.store)[0];
    assert_eq!(run(&deliver).await, Deliveries::from([(id, Delivery::Sent)]));
    assert_eq!(deliver.klaviyo.taken().len(), 1);
    assert_eq!(deliver.store.outbox()[0].sent_at, Some(t(100)));
}

/// A fake of Klaviyo that refuses every profile with one of the parts in `refuses`, or all profiles if it is empty, and
/// keeps each entry that it takes.
#[derive(Default)]
struct Picky {
    refuses: Vec<ProfilePart>,
    taken: Mutex<Vec<Announcement>>,
}

impl Marketing for Picky {
    async fn send(&self, entry: &Announcement) -> Result<(), MarketingError> {
        let offending = self.refuses.iter().find(|part| entry.payload.profile.without(**part).is_some());
        // If nothing is to be refused, every profile is, although it has no more parts that can be left out.
        let hopeless = (self.refuses.is_empty()).then_some(&ProfilePart::AllButAddress);
        if let Some(part) = offending.or(hopeless) {
            return Err(MarketingError::ProfileRefused { reason: "400; invalid".to_owned(), part: *part });
        }
        self.taken.lock().unwrap().push(entry.clone());
        Ok(())
    }
}

#[tokio::test]
async fn what_klaviyo_dislikes_of_a_profile_is_left_out_and_the_event_counts() {
    for refuses in [
        vec![ProfilePart::PhoneNumber],
        vec![ProfilePart::AllButAddress],
        vec![ProfilePart::PhoneNumber, ProfilePart::AllButAddress],
    ] {
        let deliver = deliver_to(Picky { refuses: refuses.clone(), ..Picky::default() }, 1).await;
        let id = ids(&deliver.store)[0];
        assert_eq!(run(&deliver).await, Deliveries::from([(id, Delivery::Sent)]), "{refuses:?}");
        let taken = deliver.klaviyo.taken.lock().unwrap().clone();
        let stored = &deliver.store.outbox()[0].entry;
        assert_eq!((taken.len(), taken[0].id), (1, stored.id), "under the same id");
        assert_eq!(taken[0].payload.profile.email, stored.payload.profile.email);
        assert_eq!(taken[0].payload.profile.phone_number, None);
        let stored =
            stored.payload.properties.iter().all(|property| taken[0].payload.properties.contains_key(property.0));
        assert!(stored, "all of its properties");
    }
}

#[tokio::test]
async fn a_flow_learns_whether_the_buyer_has_paid_before() {
    let deliver = deliver(2).await;
    deliver.store.put(Preorder { status: Status::Completed, ..a_preorder(1) });
    run(&deliver).await;
    let mut paid = deliver.klaviyo.taken();
    paid.sort_by_key(|entry| entry.payload.properties["preorder_id"].to_string());
    let paid: Vec<_> = paid.iter().map(|entry| entry.payload.properties["has_paid_preorder"].as_bool()).collect();
    assert_eq!(paid, [Some(true), Some(false)]);
}

#[tokio::test]
async fn an_address_that_klaviyo_refuses_waits_for_a_person() {
    let deliver = deliver_to(Picky::default(), 1).await;
    let reason = "400; invalid".to_owned();
    let id = ids(&deliver.store)[0];
    assert_eq!(run(&deliver).await, Deliveries::from([(id, Delivery::Parked { reason })]));
}

#[tokio::test(start_paused = true)]
async fn no_more_are_sent_in_a_time_than_was_agreed() {
    let mut deliver = deliver(30).await;
    deliver.retry.interval = Duration::from_millis(35);
    let began = Instant::now();
    run(&deliver).await;
    assert_eq!(deliver.klaviyo.taken().len(), 30);
    assert_eq!(began.elapsed(), Duration::from_millis(29 * 35), "the first one doesn't wait");
}

#[tokio::test]
async fn what_is_sent_is_not_sent_again() {
    let deliver = deliver(1).await;
    run(&deliver).await;
    assert_eq!(run(&deliver).await, Deliveries::new());
    assert_eq!(deliver.klaviyo.tried().len(), 1);
}

#[tokio::test]
async fn a_row_that_is_not_there_is_no_error() {
    let deliver = deliver(0).await;
    let gone = OutboxId::for_key("preorder_started:gone");
    assert_eq!(deliver.run(&[gone], t(100)).await.unwrap(), Deliveries::new());
}

#[tokio::test]
async fn a_sent_success_is_noted_on_the_preorder() {
    let deliver = deliver(0).await;
    let preorder = a_preorder(1);
    deliver.store.put(preorder.clone());
    deliver.store.deliver(&session_paid("evt_1", &preorder), t(61)).await.unwrap();
    run(&deliver).await;
    assert_eq!(deliver.store.success_sent_at(preorder_id(1)), Some(t(100)));
}

#[tokio::test(start_paused = true)]
async fn klaviyo_is_asked_again_when_it_says_that_it_may_be() {
    let deliver = deliver(1).await;
    deliver.klaviyo.fail_next(busy(Some(3)));
    let start = Instant::now();
    assert!(matches!(run(&deliver).await.values().next(), Some(Delivery::Sent)));
    assert_eq!(start.elapsed(), Duration::from_secs(3));
    assert_eq!(deliver.klaviyo.tried().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn without_retry_after_the_waits_double() {
    let deliver = deliver(1).await;
    deliver.klaviyo.fail_next(busy(None));
    deliver.klaviyo.fail_next(busy(None));
    let start = Instant::now();
    assert!(matches!(run(&deliver).await.values().next(), Some(Delivery::Sent)));
    assert_eq!(start.elapsed(), Duration::from_millis(250 + 500));
}

#[tokio::test(start_paused = true)]
async fn what_keeps_failing_goes_back_to_the_queue() {
    let deliver = deliver(1).await;
    for _ in 0..3 {
        deliver.klaviyo.fail_next(busy(None));
    }
    assert!(matches!(run(&deliver).await.values().next(), Some(Delivery::Failed { reason }) if reason == "429"));
    let row = &deliver.store.outbox()[0];
    assert_eq!((row.attempts, row.sent_at, row.last_error.as_deref()), (1, None, Some("429")));

    assert!(matches!(run(&deliver).await.values().next(), Some(Delivery::Sent)));
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_is_too_long_is_left_to_the_queue() {
    let deliver = deliver(1).await;
    deliver.klaviyo.fail_next(busy(Some(3600)));
    let start = Instant::now();
    assert!(matches!(run(&deliver).await.values().next(), Some(Delivery::Delayed { .. })));
    assert_eq!(start.elapsed(), Duration::ZERO);
    assert_eq!(deliver.klaviyo.tried().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_storm_of_429_costs_one_try_for_all_senders_until_klaviyo_takes_events_again() {
    let deliver = deliver(60).await;
    deliver.klaviyo.fail_next(busy(Some(30)));
    let all = ids(&deliver.store);
    let refused = deliver.run(&all[..30], t(100)).await.unwrap();
    assert!(refused.values().all(|delivery| matches!(delivery, Delivery::Delayed { until, .. } if *until == t(130))));
    assert_eq!((refused.len(), deliver.klaviyo.tried().len()), (30, 1));

    let start = Instant::now();
    let others = deliver.run(&all[30..], t(110)).await.unwrap();
    assert!(others.values().all(|delivery| matches!(delivery, Delivery::Delayed { .. })), "another sender waits too");
    assert_eq!((deliver.klaviyo.tried().len(), start.elapsed()), (1, Duration::ZERO));

    let sent = deliver.run(&all, t(127)).await.unwrap();
    assert!(sent.values().all(|delivery| *delivery == Delivery::Sent));
    assert_eq!(start.elapsed(), Duration::from_secs(3), "what is left of the pause is waited for");
    assert_eq!(deliver.klaviyo.tried().len(), 1 + 60);
}

#[tokio::test]
async fn what_is_refused_for_good_is_parked_with_the_reason_and_never_tried_again() {
    let deliver = deliver(1).await;
    deliver.klaviyo.fail_next(refused());
    assert!(matches!(run(&deliver).await.values().next(), Some(Delivery::Parked { .. })));
    let row = &deliver.store.outbox()[0];
    assert_eq!((row.parked_at, row.last_error.as_deref()), (Some(t(100)), Some("400; invalid email")));

    assert_eq!(run(&deliver).await, Deliveries::new());
    assert_eq!(deliver.klaviyo.tried().len(), 1);
}

#[tokio::test]
async fn one_refused_row_does_not_hold_up_the_others() {
    let deliver = deliver(3).await;
    deliver.klaviyo.fail_next(refused());
    let deliveries = run(&deliver).await;
    let sent = deliveries.values().filter(|delivery| **delivery == Delivery::Sent).count();
    assert_eq!((deliveries.len(), sent), (3, 2));
}

#[tokio::test]
async fn a_crash_between_sending_and_storing_repeats_the_same_unique_id() {
    let deliver = deliver(1).await;
    let ids = ids(&deliver.store);
    // The database can still be read, but nothing can be stored.
    let dies_after_sending = DiesAfterSending { klaviyo: FakeMarketing::default(), store: deliver.store.clone() };
    let (store, retry) = (deliver.store.clone(), Retry::default());
    let dying = DeliverEvents { store, klaviyo: dies_after_sending, site: None, retry };
    let error = dying.run(&ids, t(100)).await.unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");

    deliver.run(&ids, t(200)).await.unwrap();
    assert_eq!(deliver.klaviyo.taken(), dying.klaviyo.klaviyo.taken());
    assert_eq!(deliver.klaviyo.taken()[0].id, ids[0]);
    assert_eq!(deliver.store.outbox()[0].sent_at, Some(t(200)));
}

/// A fake of Klaviyo that makes the database unavailable once it has taken an event.
struct DiesAfterSending {
    klaviyo: FakeMarketing,
    store: InMemoryStore,
}

impl Marketing for DiesAfterSending {
    async fn send(&self, entry: &Announcement) -> Result<(), MarketingError> {
        self.klaviyo.send(entry).await?;
        self.store.be_unavailable_once();
        Ok(())
    }
}

#[tokio::test]
async fn a_row_that_trips_a_bug_does_not_take_the_batch_with_it() {
    let unlucky = a_new_preorder(2, "reader-2@example.com", Owner::Unknown).started.id;
    let deliver = deliver_to(PanicsAt(unlucky), 3).await;
    let deliveries = run(&deliver).await;
    assert!(matches!(deliveries[&unlucky], Delivery::Failed { .. }));
    assert_eq!(deliveries.values().filter(|delivery| **delivery == Delivery::Sent).count(), 2);
    assert_eq!(deliver.store.outbox().iter().filter(|row| row.sent_at.is_some()).count(), 2);
}

struct PanicsAt(OutboxId);

impl Marketing for PanicsAt {
    async fn send(&self, entry: &Announcement) -> Result<(), MarketingError> {
        assert_ne!(entry.id, self.0, "on purpose");
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn ten_rows_are_on_their_way_at_once() {
    let deliver = deliver_to(TakesASecond, 25).await;
    let start = Instant::now();
    assert_eq!(run(&deliver).await.len(), 25);
    assert_eq!(start.elapsed(), Duration::from_secs(3));
}

struct TakesASecond;

impl Marketing for TakesASecond {
    async fn send(&self, _entry: &Announcement) -> Result<(), MarketingError> {
        tokio::time::sleep(Duration::from_secs(1)).await;
        Ok(())
    }
}

#[tokio::test]
async fn what_asks_a_reader_to_do_something_says_where() {
    let mut deliver = deliver(1).await;
    deliver.site = Some((Site::new(&"https://example.com".parse().unwrap()), CheckoutPolicy::default().cancel_path));
    let preorder = deliver.store.preorders().remove(0);
    deliver.store.deliver(&session_expired("evt_1", &preorder), t(50)).await.unwrap();
    let events = ids(&deliver.store);
    deliver.run(&events, t(100)).await.unwrap();
    let sent = deliver.klaviyo.taken();
    let links: Vec<_> =
        sent.iter().map(|entry| (entry.kind.name(), entry.payload.properties.get("resume_url"))).collect();
    let url = json!(format!("https://example.com/ja/pre-order/cancel?preorder_id={}", preorder.id));
    assert_eq!(links, [("preorder_started", None), ("preorder_abandoned", Some(&url))]);
}

#[tokio::test]
async fn what_is_sent_after_a_withdrawal_says_so_and_tells_the_address_and_the_id_only() {
    let deliver = deliver(0).await;
    let reader = signed_in("ada", "ada@example.com");
    let new = a_new_preorder_with_consent(1, "ada@example.com", Owner::SignedIn(reader.clone()));
    let preorder = deliver.store.initiate(&new).await.unwrap();
    deliver.store.deliver(&session_paid("evt_1", &preorder), t(50)).await.unwrap();
    let mut claims = account::signed_in(&reader);
    claims.list.extend(account::says_of_marketing(&reader, &Answer::Declined(None), t(60)));
    deliver.store.record_sign_in(&reader.id, &claims, t(60)).await.unwrap();

    run(&deliver).await;
    let mut sent = deliver.klaviyo.taken();
    sent.sort_by_key(|entry| entry.kind.name());
    let told: Vec<_> =
        sent.iter().map(|entry| (entry.kind.name(), entry.payload.profile.first_name.is_some())).collect();
    let expected = [("marketing_consent_withdrawn", false), ("preorder_started", false), ("preorder_success", true)];
    assert_eq!(told, expected, "the consent is superseded, and what is no marketing is told as before");
    assert!(sent.iter().all(|entry| entry.payload.properties["marketing_consent"] == false));
}
