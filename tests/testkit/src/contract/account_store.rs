//! The contract of [`AccountStore`](pledge_domain::ports::AccountStore).
#![allow(missing_docs, reason = "the name of a promise says it")]

use pledge_domain::{
    account::{Ground, Kept, signed_in as claims_of},
    champion::{ChampionKey, Moment, join::JoinConflict},
    decide::{Outcome, Recorded, TakeoverRefusal, take_over as rule},
    ids::CustomerId,
    ports::{AccountStore, ChampionStore, PreorderStore},
    stripe::{BillingReason::*, SubscriptionStatus::Active},
    user::{Owner, VerifiedUser},
};

use crate::{
    Deliver,
    builders::{
        a_new_preorder, an_account, an_email, anonymous, champion, invoice, invoice_paid, metadata, payment_record_id,
        preorder_id, purchase_paid, signed_in, subscription_changed, tiers, uid,
    },
    contract::Subject,
    time::t,
};

const ADDRESS: &str = "Reader@example.com";
const SAME_ADDRESS: &str = "reader@EXAMPLE.com";

pub async fn a_sign_in_alone_makes_a_row_and_returns_it<S: Subject>(subject: &S) {
    let reader = VerifiedUser { phone: Some("+85251234567".into()), ..signed_in("u1", ADDRESS) };
    let profile = subject.store().record_sign_in(&reader.id, &claims_of(&reader), t(1)).await.unwrap().profile;
    assert_eq!((profile.user, profile.address, profile.address_verified), (uid("u1"), reader.email.clone(), true));
    assert_eq!((profile.display_name, profile.photo_url), (reader.display_name, reader.photo_url));
    assert_eq!((profile.phone, profile.marketing_consent), (reader.phone, false));
    assert_eq!(subject.user(&uid("u1")).await.unwrap().last_login_at, Some(t(1)));
}

pub async fn a_sign_in_brings_the_earlier_preorders_of_a_verified_address<S: Subject>(subject: &S) {
    for n in [1, 2] {
        subject.store().initiate(&a_new_preorder(n, SAME_ADDRESS, Owner::Unknown)).await.unwrap();
    }
    subject.store().initiate(&a_new_preorder(3, "other@example.com", Owner::Unknown)).await.unwrap();
    let unverified = VerifiedUser { email_verified: false, ..signed_in("u2", ADDRESS) };
    subject.store().record_sign_in(&unverified.id, &claims_of(&unverified), t(1)).await.unwrap();
    assert_eq!(subject.store().preorders_of(&uid("u2"), 10).await.unwrap(), []);

    let reader = signed_in("u1", ADDRESS);
    let profile = subject.store().record_sign_in(&reader.id, &claims_of(&reader), t(2)).await.unwrap().profile;
    assert_eq!(profile.address, Some(an_email(ADDRESS)), "a proven address is taken from who only said it");
    let own = subject.store().preorders_of(&reader.id, 10).await.unwrap();
    assert_eq!(own.iter().map(|preorder| preorder.id).collect::<Vec<_>>(), [preorder_id(2), preorder_id(1)]);
    assert_eq!(own[0], subject.preorder(preorder_id(2)).await);
    assert_eq!(subject.store().preorders_of(&reader.id, 1).await.unwrap().len(), 1);
}

/// Signs a user in. Returns the users who had proven the address before.
async fn sign_in<S: Subject>(subject: &S, user: &VerifiedUser, at: i64) -> Vec<String> {
    let signed_in = subject.store().record_sign_in(&user.id, &claims_of(user), t(at)).await.unwrap();
    signed_in.had_address_before.iter().map(ToString::to_string).collect()
}

async fn take_over<S: Subject>(
    subject: &S,
    former: &str,
    successor: &str,
    ground: Ground,
) -> Result<(), TakeoverRefusal> {
    let moment = Moment::new(t(50));
    subject.store().take_over(&uid(former), &uid(successor), t(50), |users| rule(users, ground, moment)).await.unwrap()
}

/// Records events by which a user subscribes to novel 7 and pays the first invoice. Returns the key.
async fn subscribe<S: Subject>(subject: &S, user: &str, invoice_id: &str) -> ChampionKey {
    let key = champion(user);
    let said = Some(metadata(&key, 2, Some(payment_record_id(1))));
    record(subject, &subscription_changed("evt_s", Active, false, said.clone(), t(10))).await;
    record(subject, &invoice_paid("evt_i", invoice(invoice_id, SubscriptionCreate, said, t(10)))).await;
    key
}

async fn record<S: Subject>(subject: &S, event: &pledge_domain::stripe::StripeEvent) {
    let Recorded::Now { outcome, .. } = subject.store().deliver(event, t(20)).await.unwrap() else {
        panic!("{} was recorded before", event.id);
    };
    assert_eq!(outcome, Outcome::Applied, "{}", event.id);
}

pub async fn the_one_of_two_accounts_that_signs_in_gets_what_was_ordered_under_the_address<S: Subject>(subject: &S) {
    let twin = Owner::ByEmail(an_account("twin"));
    subject.store().initiate(&a_new_preorder(1, SAME_ADDRESS, twin.clone())).await.unwrap();
    subject.store().initiate(&a_new_preorder(2, "other@example.com", twin)).await.unwrap();
    let unverified = VerifiedUser { email_verified: false, ..signed_in("u2", ADDRESS) };
    sign_in(subject, &unverified, 1).await;
    assert_eq!(subject.preorder(preorder_id(1)).await.user_id, Some(uid("twin")), "nothing is proven");
    sign_in(subject, &signed_in("u1", ADDRESS), 2).await;
    assert_eq!(subject.preorder(preorder_id(1)).await.user_id, Some(uid("u1")));
    assert_eq!(subject.preorder(preorder_id(2)).await.user_id, Some(uid("twin")), "ordered under another address");
}

pub async fn what_somebody_ordered_who_signed_in_is_not_taken_by_whoever_has_their_address_later<S: Subject>(
    subject: &S,
) {
    let first = signed_in("u1", ADDRESS);
    subject.store().initiate(&a_new_preorder(1, ADDRESS, Owner::SignedIn(first))).await.unwrap();
    sign_in(subject, &signed_in("u2", ADDRESS), 2).await;
    assert_eq!(subject.preorder(preorder_id(1)).await.user_id, Some(uid("u1")));
}

pub async fn whoever_had_proven_the_address_before_is_named_until_they_are_taken_over<S: Subject>(subject: &S) {
    assert_eq!(sign_in(subject, &signed_in("old", ADDRESS), 1).await, [""; 0]);
    let unproven = VerifiedUser { email_verified: false, ..signed_in("eve", "eve@example.com") };
    sign_in(subject, &unproven, 1).await;
    assert_eq!(sign_in(subject, &signed_in("new", SAME_ADDRESS), 2).await, ["old"]);
    assert_eq!(sign_in(subject, &signed_in("new", "eve@example.com"), 3).await, [""; 0], "nobody had proven that one");
    assert_eq!(take_over(subject, "old", "new", Ground::CameBack).await, Err(TakeoverRefusal::Kept(Kept::NotProven)));
    assert_eq!(sign_in(subject, &signed_in("new", SAME_ADDRESS), 4).await, ["old"]);
    assert_eq!(take_over(subject, "old", "new", Ground::CameBack).await, Ok(()));
    assert_eq!(sign_in(subject, &signed_in("new", SAME_ADDRESS), 5).await, [""; 0]);
    assert_eq!(
        take_over(subject, "old", "new", Ground::CameBack).await,
        Err(TakeoverRefusal::Kept(Kept::TakenAlready)),
        "once"
    );
}

pub async fn a_takeover_gives_everything_and_what_comes_later_follows<S: Subject>(subject: &S) {
    subject.open_novel(tiers()).await;
    sign_in(subject, &signed_in("old", ADDRESS), 1).await;
    subject.store().initiate(&a_new_preorder(1, ADDRESS, Owner::SignedIn(signed_in("old", ADDRESS)))).await.unwrap();
    let customer = CustomerId::parse("cus_a").unwrap();
    subject.store().save_customer(&uid("old"), &customer).await.unwrap();
    let key = subscribe(subject, "old", "in_1").await;
    let (support, ledger) = (subject.support(&key).await, subject.ledger(&key).await);
    let before = subject.store().account(&key).await.unwrap();
    sign_in(subject, &signed_in("new", ADDRESS), 2).await;
    assert_eq!(take_over(subject, "old", "new", Ground::CameBack).await, Ok(()));

    let now = champion("new");
    let account = subject.store().account(&now).await.unwrap();
    assert_eq!((&account.payments, &account.subscriptions), (&before.payments, &before.subscriptions));
    assert_eq!(account.customer, Some(customer));
    let end = |support: Option<pledge_domain::champion::Support>| support.map(|it| (it.period, it.subscription));
    assert_eq!(end(subject.support(&now).await), end(support));
    assert_eq!(subject.ledger(&now).await, ledger);
    assert_eq!((subject.support(&key).await, subject.ledger(&key).await.len()), (None, 0), "nothing is left behind");
    assert_eq!(subject.preorder(preorder_id(1)).await.user_id, Some(uid("new")));

    // Stripe's objects still name the former user, and so do tokens that were issued before.
    let renewal = invoice("in_2", SubscriptionCycle, Some(metadata(&key, 2, None)), t(60));
    record(subject, &invoice_paid("evt_r", renewal)).await;
    assert_eq!(subject.ledger(&now).await.len(), 2);
    record(subject, &purchase_paid("evt_p", "pi_new", Some(metadata(&key, 2, None)), t(61))).await;
    assert_eq!(subject.ledger(&now).await.len(), 3, "also of what nothing is stored yet");
    let theirs = subject.store().account(&key).await.unwrap();
    assert_eq!((theirs.key, theirs.payments.len()), (now.clone(), 3));
    assert_eq!(subject.store().accounts(&uid("old"), 9).await.unwrap()[0].key, now);
    sign_in(subject, &signed_in("old", ADDRESS), 7).await;
    assert_eq!(subject.user(&uid("new")).await.unwrap().email, Some(an_email(ADDRESS)));
    assert_eq!(subject.store().preorders_of(&uid("old"), 9).await.unwrap().len(), 1);
}

pub async fn payments_of_one_novel_join<S: Subject>(subject: &S) {
    subject.open_novel(tiers()).await;
    sign_in(subject, &anonymous("old"), 1).await;
    sign_in(subject, &signed_in("new", ADDRESS), 1).await;
    let (old, new) = (champion("old"), champion("new"));
    record(subject, &purchase_paid("evt_1", "pi_1", Some(metadata(&old, 2, None)), t(10))).await;
    record(subject, &purchase_paid("evt_2", "pi_2", Some(metadata(&new, 2, None)), t(11))).await;
    assert_eq!(take_over(subject, "old", "new", Ground::HandedOver).await, Ok(()));
    assert_eq!(subject.ledger(&new).await.len(), 2);
    let days = (subject.support(&new).await.unwrap().period.end - t(10)).whole_days();
    assert_eq!(days, 60, "one after the other");
    assert_eq!(subject.support(&old).await, None);
}

pub async fn where_both_have_a_live_subscription_nothing_is_joined<S: Subject>(subject: &S) {
    subject.open_novel(tiers()).await;
    sign_in(subject, &signed_in("old", ADDRESS), 1).await;
    let key = subscribe(subject, "old", "in_1").await;
    sign_in(subject, &signed_in("new", ADDRESS), 2).await;
    let new = champion("new");
    let mut other = subscription_changed("evt_o", Active, false, Some(metadata(&new, 3, None)), t(11));
    if let pledge_domain::stripe::Fact::SubscriptionChanged(fact) = &mut other.fact {
        fact.subscription = pledge_domain::ids::SubscriptionId::parse("sub_b").unwrap();
    }
    record(subject, &other).await;
    let novel = key.novel;
    for ground in [Ground::CameBack, Ground::Merged] {
        let refusal = TakeoverRefusal::Conflict { novel, conflict: JoinConflict::BothSubscribed };
        assert_eq!(take_over(subject, "old", "new", ground).await, Err(refusal));
    }
    assert_eq!(subject.store().account(&key).await.unwrap().subscriptions.len(), 1);
    assert_eq!(subject.store().account(&new).await.unwrap().subscriptions.len(), 1);
    assert_eq!(sign_in(subject, &signed_in("new", ADDRESS), 3).await, ["old"], "an operator may join them later");
}

pub async fn a_successor_of_a_successor_has_everything<S: Subject>(subject: &S) {
    for (n, id) in ["first", "second", "third"].into_iter().enumerate() {
        sign_in(subject, &signed_in(id, &format!("{id}@example.com")), i64::try_from(n).unwrap()).await;
    }
    let owner = Owner::SignedIn(signed_in("first", "first@example.com"));
    subject.store().initiate(&a_new_preorder(1, "first@example.com", owner)).await.unwrap();
    assert_eq!(take_over(subject, "first", "second", Ground::Merged).await, Ok(()));
    assert_eq!(take_over(subject, "second", "third", Ground::Merged).await, Ok(()));
    for id in ["first", "second", "third"] {
        assert_eq!(subject.store().preorders_of(&uid(id), 9).await.unwrap().len(), 1, "{id}");
    }
    let refusal = Err(TakeoverRefusal::Kept(Kept::SuccessorTaken));
    assert_eq!(take_over(subject, "third", "first", Ground::Merged).await, refusal, "no circle");
}
