//! The form becomes a preorder, even if everything but the database fails.

use pledge_application::{
    initiate_preorder::{InitiateError, InitiatePreorder, Initiated, Request},
    recent_refusals::RecentRefusals,
};
use pledge_domain::{
    consent::MarketingConsent,
    ids::PreorderId,
    limits::{Limit, PreorderLimits, Source},
    locale::Locale,
    outbox::{AnnouncementKind, Profile},
    ports::{PreorderStore, StoreError},
    preorder::{Color, Contact, PreorderForm, Status, Wishes, initiate::plan},
    user::{Account, Owner},
};
use pledge_testkit::{
    Deliver, FakeIdentity, FakePublisher, InMemoryStore,
    builders::{a_form, an_account, an_email, preorder_id, session_paid, signed_in, uid},
    time::t,
};

const EMAIL: &str = "reader@example.com";

type Initiate = InitiatePreorder<InMemoryStore, FakeIdentity, FakePublisher>;

fn initiate() -> Initiate {
    initiate_with(FakeIdentity::default())
}

fn initiate_with(identity: FakeIdentity) -> Initiate {
    InitiatePreorder {
        store: InMemoryStore::default(),
        identity,
        queue: FakePublisher::default(),
        limits: PreorderLimits::default(),
        refused: RecentRefusals::default(),
    }
}

fn request() -> Request {
    Request { form: a_form(EMAIL), signed_in: None, idempotency_key: None, is_plain_form: false, source: None }
}

fn with_key(form: PreorderForm) -> Request {
    Request { form, signed_in: None, idempotency_key: Some("key".to_owned()), is_plain_form: false, source: None }
}

async fn send(initiate: &Initiate, request: Request) -> Result<Initiated, InitiateError> {
    initiate.run(request, preorder_id(1).as_uuid(), t(0)).await
}

/// Sends the request as a client that repeats it would: later and with other random bytes.
async fn send_again(initiate: &Initiate, request: Request) -> Result<Initiated, InitiateError> {
    initiate.run(request, preorder_id(2).as_uuid(), t(60)).await
}

/// Sends a plain HTML form, which has no idempotency key, from a source, and returns the preorder's id.
async fn send_html(initiate: &Initiate, form: PreorderForm, source: &str, n: u32, at: i64) -> PreorderId {
    let request =
        Request { form, is_plain_form: true, source: Some(Source::new(source.parse().unwrap())), ..request() };
    initiate.run(request, preorder_id(n).as_uuid(), t(at)).await.unwrap().preorder.id
}

#[tokio::test]
async fn the_same_form_from_the_same_source_is_one_preorder_for_ten_minutes_until_it_is_paid() {
    let initiate = initiate();
    // The times are on both sides of each boundary between two windows of ten minutes.
    let first = send_html(&initiate, a_form(EMAIL), "192.0.2.1", 1, 550).await;
    assert_eq!(send_html(&initiate, a_form(EMAIL), "192.0.2.1", 2, 551).await, first);
    assert_eq!(send_html(&initiate, a_form(EMAIL), "192.0.2.1", 3, 1149).await, first);
    assert_eq!((initiate.store.preorders().len(), initiate.store.outbox().len()), (1, 1));

    let corrected = PreorderForm { locale: Locale::Es, ..a_form(EMAIL) };
    let others = [
        send_html(&initiate, corrected, "192.0.2.1", 4, 552).await,
        send_html(&initiate, a_form(EMAIL), "192.0.2.2", 5, 552).await,
        send_html(&initiate, a_form(EMAIL), "192.0.2.1", 6, 1151).await,
    ];
    assert!(others.iter().all(|id| *id != first));

    let paid = initiate.store.find(others[2]).await.unwrap().unwrap();
    initiate.store.deliver(&session_paid("evt_1", &paid), t(1152)).await.unwrap();
    assert_eq!(
        send_html(&initiate, a_form(EMAIL), "192.0.2.1", 7, 1153).await,
        preorder_id(7),
        "one more, after paying"
    );
}

/// Returns an account that somebody can sign in to, whose address Firebase has verified or not.
fn claimed(verified: bool) -> FakeIdentity {
    let account = Account { claimed: true, email_verified: verified, ..an_account("theirs") };
    FakeIdentity::default().with(&an_email(EMAIL), account)
}

#[tokio::test]
async fn the_form_is_stored_with_its_event_and_the_sender_is_told() {
    let initiate = initiate();
    let preorder = send(&initiate, request()).await.unwrap().preorder;

    assert_eq!((preorder.id, preorder.status), (preorder_id(1), Status::Initiated));
    assert_eq!(initiate.store.preorders(), [preorder]);
    let outbox = initiate.store.outbox();
    assert_eq!(outbox.len(), 1);
    assert_eq!(outbox[0].entry.kind, AnnouncementKind::PreorderStarted);
    assert_eq!(outbox[0].entry.payload.properties["preorder_id"], preorder_id(1).to_string());
    assert_eq!(initiate.queue.messages(), [vec![outbox[0].entry.id]]);
}

#[tokio::test]
async fn somebody_new_gets_an_account_and_a_user_row_of_the_same_id() {
    let initiate = initiate();
    let owner = send(&initiate, request()).await.unwrap().preorder.user_id.unwrap();
    assert_eq!(initiate.identity.requests(), [an_email(EMAIL)]);
    assert_eq!(initiate.store.user(&owner).unwrap().email, Some(an_email(EMAIL)));
}

#[tokio::test]
async fn whoever_signed_in_owns_the_preorder_and_firebase_is_not_asked() {
    let initiate = initiate();
    let user = Some(signed_in("reader", EMAIL));
    let preorder = send(&initiate, Request { signed_in: user, ..request() }).await.unwrap().preorder;
    assert_eq!(preorder.user_id, Some(uid("reader")));
    assert_eq!(initiate.store.user(&uid("reader")).unwrap().display_name.as_deref(), Some("Reader reader"));
    assert!(initiate.identity.requests().is_empty());
}

#[tokio::test]
async fn a_preorder_is_stored_without_an_owner_while_firebase_is_down() {
    let initiate = initiate();
    initiate.identity.fail_next();
    let initiated = send(&initiate, request()).await.unwrap();
    assert_eq!(initiated.preorder.user_id, None);
    assert_eq!(initiate.store.preorders(), [initiated.preorder]);
    assert_eq!(initiate.store.outbox().len(), 1);
}

#[tokio::test]
async fn an_account_that_nobody_proved_to_be_theirs_gets_nothing() {
    let initiate = initiate_with(claimed(false));
    assert_eq!(send(&initiate, request()).await.unwrap().preorder.user_id, None);
    assert_eq!(initiate.store.user(&uid("theirs")), None);
}

#[tokio::test]
async fn an_account_with_a_verified_address_owns_the_preorder() {
    let initiate = initiate_with(claimed(true));
    assert_eq!(send(&initiate, request()).await.unwrap().preorder.user_id, Some(uid("theirs")));
}

#[tokio::test]
async fn a_repeat_with_the_same_key_is_the_same_preorder() {
    let initiate = initiate();
    let first = send(&initiate, with_key(a_form(EMAIL))).await.unwrap().preorder;
    let second = send_again(&initiate, with_key(a_form(EMAIL))).await.unwrap().preorder;
    assert_eq!(first, second);
    assert_eq!(initiate.store.preorders().len(), 1);
    let outbox = initiate.store.outbox();
    assert_eq!(outbox.len(), 1);
    // The repeat queues the announcement again, since its first message may be lost.
    assert_eq!(initiate.queue.messages(), vec![vec![outbox[0].entry.id]; 2]);
}

#[tokio::test]
async fn a_repeat_finds_the_owner_that_was_missing() {
    let initiate = initiate();
    initiate.identity.fail_next();
    let first = send(&initiate, with_key(a_form(EMAIL))).await.unwrap().preorder;
    let second = send_again(&initiate, with_key(a_form(EMAIL))).await.unwrap().preorder;
    assert_eq!((first.id, first.user_id), (second.id, None));
    assert!(second.user_id.is_some());
}

#[tokio::test]
async fn without_a_key_the_same_form_is_another_preorder() {
    let initiate = initiate();
    send(&initiate, request()).await.unwrap();
    send_again(&initiate, request()).await.unwrap();
    assert_eq!(initiate.store.preorders().len(), 2);
}

#[tokio::test]
async fn a_key_is_for_one_form() {
    let initiate = initiate();
    send(&initiate, with_key(a_form(EMAIL))).await.unwrap();
    let before = initiate.store.preorders();
    let messages = initiate.queue.messages();
    let form = || a_form(EMAIL);
    let city = Some("Kyoto".to_owned());
    for corrected in [
        PreorderForm { color: Color::recorded("Honey Khaki".to_owned()), ..form() },
        PreorderForm { contact: Contact { city, ..form().contact }, ..form() },
        PreorderForm { wishes: Wishes { marketing_consent: MarketingConsent::No, ..form().wishes }, ..form() },
        PreorderForm { locale: Locale::Es, ..form() },
    ] {
        let error = send_again(&initiate, with_key(corrected)).await.unwrap_err();
        assert!(matches!(error, InitiateError::IdempotencyKeyReused), "a correction must not be lost: {error:?}");
    }
    assert_eq!(initiate.store.preorders(), before);
    assert_eq!(initiate.queue.messages(), messages);
}

#[tokio::test]
async fn a_key_that_somebody_guessed_says_nothing_about_the_preorder_it_named() {
    let initiate = initiate();
    let theirs = send(&initiate, with_key(a_form(EMAIL))).await.unwrap().preorder;
    let guessed = send_again(&initiate, with_key(a_form("somebody-else@example.com"))).await.unwrap().preorder;
    assert_ne!(guessed.id, theirs.id);
    assert_eq!(initiate.store.preorders().len(), 2);
}

#[tokio::test]
async fn a_preorder_is_stored_while_the_queue_is_down() {
    let initiate = initiate();
    initiate.queue.fail_next();
    let initiated = send(&initiate, request()).await.unwrap();
    assert!(initiated.queued.is_err());
    assert_eq!(initiate.store.preorders(), [initiated.preorder]);
    assert_eq!(initiate.store.outbox().len(), 1);
}

#[tokio::test]
async fn without_the_database_nobody_is_told_anything() {
    let initiate = initiate();
    initiate.store.be_unavailable_once();
    let error = send(&initiate, request()).await.unwrap_err();
    assert!(matches!(error, InitiateError::Store(StoreError::Unavailable(_))), "{error:?}");
    assert!(initiate.queue.messages().is_empty());
}

#[test]
fn without_consent_klaviyo_is_told_the_address_and_the_id_and_no_more() {
    let form = |marketing_consent| PreorderForm {
        wishes: Wishes { customer_notes: None, marketing_consent },
        ..a_form("reader@example.com")
    };
    let (_, told) = plan(
        preorder_id(1),
        form(MarketingConsent::Given(None)),
        &Owner::SignedIn(signed_in("ada", "reader@example.com")),
        t(1),
    );
    assert_eq!((told.payload.profile.first_name.as_deref(), told.payload.properties.len()), (Some("Mei"), 5));

    let (preorder, told) = plan(
        preorder_id(1),
        form(MarketingConsent::No),
        &Owner::SignedIn(signed_in("ada", "reader@example.com")),
        t(1),
    );
    assert_eq!(told.payload.profile, Profile::of_address(preorder.email));
    let properties: Vec<_> = told.payload.properties.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    assert_eq!(properties, ["marketing_consent: false".to_owned(), format!("preorder_id: \"{}\"", preorder.id)]);
}

#[tokio::test]
async fn whoever_was_refused_asks_nobody_anything_until_they_may_come_again() {
    let mut initiate = initiate();
    initiate.limits.per_source = Limit::per_hour(2);
    let send = async |address: &str, email: &str, at: i64| {
        let source = Some(Source::new(address.parse().unwrap()));
        let id = uuid::Uuid::from_u128(u128::from(at.unsigned_abs()) << 32 | email.len() as u128);
        initiate.run(Request { source, form: a_form(email), ..request() }, id, t(at)).await
    };
    for n in 1..=2 {
        send("192.0.2.1", &format!("{}@example.com", "x".repeat(n)), 0).await.unwrap();
    }
    for (at, asked) in [(1, 3), (2, 3), (1700, 3), (1801, 4)] {
        let answer = send("192.0.2.1", "xxx@example.com", at).await;
        assert_eq!(answer.is_ok(), at == 1801, "{at}: {answer:?}");
        assert_eq!(initiate.identity.requests().len(), asked, "{at}");
    }
    send("192.0.2.2", "somebody-else@example.com", 1802).await.unwrap();
    assert_eq!(initiate.store.preorders().len(), 4);
}
