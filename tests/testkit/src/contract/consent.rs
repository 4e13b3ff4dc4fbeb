//! Consent to marketing: which of several counts, which are announced, and what other announcements say of consent.
#![allow(missing_docs, reason = "the name of a promise says it")]

use pledge_domain::{
    account::{ConsentSource, StoredProfile, says_of_marketing, signed_in as claims_of},
    consent::{Answer, MarketingConsent},
    ids::OutboxId,
    ports::{AccountStore, Delivery, OutboxStore, PreorderStore, UnsentEntry},
    stripe::Fact,
    user::{Owner, VerifiedUser},
};

use crate::{
    Deliver,
    builders::{
        a_new_preorder, a_new_preorder_with_consent, a_preorder, a_text_version, preorder_id, session_paid, signed_in,
        uid,
    },
    contract::Subject,
    time::t,
};

const ADDRESS: &str = "Reader@example.com";
const SAME_ADDRESS: &str = "reader@EXAMPLE.com";

/// Stores the form of the `n`th preorder, in which somebody who hasn't signed in agrees to marketing. Returns the ids of
/// its announcements: of the preorder, and of the consent.
async fn a_form_agrees(subject: &impl Subject, n: u32) -> [OutboxId; 2] {
    let new = a_new_preorder_with_consent(n, SAME_ADDRESS, Owner::Unknown);
    subject.store().initiate(&new).await.unwrap();
    [new.started.id, new.claims.announcements().next().unwrap()]
}

/// Stores a reader's consent or withdrawal in their account at [`t`]`(at)`. Returns their profile and the id of the
/// announcement.
async fn says(subject: &impl Subject, answer: Answer, at: i64) -> (StoredProfile, OutboxId) {
    let reader = signed_in("u1", ADDRESS);
    let mut claims = claims_of(&reader);
    claims.list.extend(says_of_marketing(&reader, &answer, t(at)));
    let announced = claims.announcements().next().unwrap();
    let profile = subject.store().record_sign_in(&reader.id, &claims, t(at)).await.unwrap().profile;
    (profile, announced)
}

fn agreed(version: &str) -> Answer {
    Answer::Agreed(a_text_version(version))
}

const WITHDRAWN: Answer = Answer::Declined(None);

async fn unsent(subject: &impl Subject, ids: &[OutboxId]) -> Vec<UnsentEntry> {
    subject.store().unsent(ids, t(1000)).await.unwrap()
}

/// Returns the kinds of the announcements that are still to be sent.
async fn to_be_sent(subject: &impl Subject, ids: &[OutboxId]) -> Vec<&'static str> {
    let mut kinds: Vec<_> = unsent(subject, ids).await.iter().map(|row| row.entry.kind.name()).collect();
    kinds.sort_unstable();
    kinds
}

const GIVEN: &str = "marketing_consent_given";
const TOLD_WITHDRAWN: &str = "marketing_consent_withdrawn";

pub async fn what_a_form_agrees_to_is_stored_with_it_and_told<S: Subject>(subject: &S) {
    let reader = signed_in("u1", ADDRESS);
    let new = a_new_preorder_with_consent(1, SAME_ADDRESS, Owner::SignedIn(reader.clone()));
    let stored = subject.store().initiate(&new).await.unwrap();
    assert_eq!(stored.wishes.marketing_consent, MarketingConsent::Given(Some(a_text_version("v1"))));
    let consent = new.claims.announcements().next().unwrap();
    let row = unsent(subject, &[consent]).await.remove(0);
    assert_eq!((row.entry.kind.name(), row.entry.payload.properties["address_proven"] == true), (GIVEN, true));

    let profile = subject.store().record_sign_in(&reader.id, &claims_of(&reader), t(5)).await.unwrap().profile;
    let counts = profile.consent.unwrap();
    assert_eq!((profile.marketing_consent, counts.given, counts.said_at), (true, true, t(1)));
    assert_eq!((counts.source, counts.text_version), (ConsentSource::PreorderForm, Some(a_text_version("v1"))));
}

pub async fn what_a_reader_says_last_counts<S: Subject>(subject: &S) {
    let (before, _) = says(subject, WITHDRAWN, 1).await;
    assert_eq!((before.marketing_consent, before.consent.unwrap().given), (false, false));
    let (given, _) = says(subject, agreed("v1"), 2).await;
    assert!(given.marketing_consent && subject.user(&uid("u1")).await.unwrap().marketing_consent);
    assert_eq!(given.consent.unwrap().source, ConsentSource::Account);
    let (withdrawn, _) = says(subject, WITHDRAWN, 3).await;
    let counts = withdrawn.consent.unwrap();
    assert_eq!((withdrawn.marketing_consent, counts.given, counts.said_at), (false, false, t(3)));
}

pub async fn what_counts_already_is_not_told_again<S: Subject>(subject: &S) {
    let (_, first) = says(subject, agreed("v1"), 1).await;
    let (_, again) = says(subject, agreed("v1"), 2).await;
    assert_eq!(to_be_sent(subject, &[first, again]).await, [GIVEN]);
    let (profile, newer) = says(subject, agreed("v2"), 3).await;
    assert_eq!(profile.consent.unwrap().text_version, Some(a_text_version("v2")));
    assert_eq!(unsent(subject, &[first, again, newer]).await.len(), 1, "another text is news");
}

pub async fn who_agrees_again_in_a_new_form_is_subscribed_again<S: Subject>(subject: &S) {
    // Between two forms, the reader may have unsubscribed at Klaviyo.
    for n in 1..=3 {
        let new = a_new_preorder_with_consent(n, SAME_ADDRESS, Owner::SignedIn(signed_in("u1", ADDRESS)));
        subject.store().initiate(&new).await.unwrap();
        let announced = new.claims.announcements().next().unwrap();
        assert_eq!(to_be_sent(subject, &[announced]).await, [GIVEN], "form {n}");
        subject.store().settle(&[(announced, Delivery::Sent)], t(10)).await.unwrap();
        // The same form again asks nothing anew.
        subject.store().initiate(&new).await.unwrap();
        assert_eq!(unsent(subject, &[announced]).await, [], "form {n}");
    }
    let (profile, repeated) = says(subject, agreed("v1"), 20).await;
    assert_eq!(unsent(subject, &[repeated]).await, [], "an account may only repeat what is stored");
    assert_eq!(profile.consent.unwrap().said_at, t(3));
}

pub async fn who_agrees_again_for_an_address_that_nobody_proved_is_not_told_again<S: Subject>(subject: &S) {
    let [_, first] = a_form_agrees(subject, 1).await;
    let [_, again] = a_form_agrees(subject, 2).await;
    assert_eq!(to_be_sent(subject, &[first]).await, [GIVEN]);
    assert_eq!(unsent(subject, &[again]).await, []);
}

pub async fn what_does_not_count_any_more_is_superseded<S: Subject>(subject: &S) {
    let (_, given) = says(subject, agreed("v1"), 1).await;
    let (_, withdrawn) = says(subject, WITHDRAWN, 2).await;
    assert_eq!(to_be_sent(subject, &[given, withdrawn]).await, [TOLD_WITHDRAWN]);
}

pub async fn an_older_one_that_arrives_late_brings_the_one_that_counts_again<S: Subject>(subject: &S) {
    let (_, given) = says(subject, agreed("v1"), 1).await;
    // A sender has loaded the announcement already.
    assert_eq!(to_be_sent(subject, &[given]).await, [GIVEN]);
    let (_, withdrawn) = says(subject, WITHDRAWN, 2).await;
    subject.store().settle(&[(withdrawn, Delivery::Sent)], t(3)).await.unwrap();
    assert_eq!(unsent(subject, &[withdrawn]).await, []);
    subject.store().settle(&[(given, Delivery::Sent)], t(4)).await.unwrap();
    assert_eq!(unsent(subject, &[given, withdrawn]).await.len(), 1, "Klaviyo heard of the withdrawal first");
    subject.store().settle(&[(withdrawn, Delivery::Sent)], t(5)).await.unwrap();
    assert_eq!(unsent(subject, &[given, withdrawn]).await, []);
}

pub async fn one_that_counts_is_sent_again_if_an_older_one_is_settled_before_it<S: Subject>(subject: &S) {
    let (_, given) = says(subject, agreed("v1"), 1).await;
    // One sender has the older one in its hands, another one the newer one, and Klaviyo hears of the newer one first.
    assert_eq!(to_be_sent(subject, &[given]).await, [GIVEN]);
    let (_, withdrawn) = says(subject, WITHDRAWN, 2).await;
    assert_eq!(to_be_sent(subject, &[withdrawn]).await, [TOLD_WITHDRAWN]);
    subject.store().settle(&[(given, Delivery::Sent)], t(3)).await.unwrap();
    subject.store().settle(&[(withdrawn, Delivery::Sent)], t(4)).await.unwrap();
    assert_eq!(to_be_sent(subject, &[given, withdrawn]).await, [TOLD_WITHDRAWN], "Klaviyo may have heard of it first");
    subject.store().settle(&[(withdrawn, Delivery::Sent)], t(5)).await.unwrap();
    assert_eq!(unsent(subject, &[given, withdrawn]).await, []);
}

pub async fn what_nobody_proved_undoes_nothing_that_is_proven<S: Subject>(subject: &S) {
    let (_, withdrawn) = says(subject, WITHDRAWN, 1).await;
    let [started, forged] = a_form_agrees(subject, 2).await;
    assert_eq!(to_be_sent(subject, &[withdrawn, forged]).await, [TOLD_WITHDRAWN]);
    assert_eq!(unsent(subject, &[started]).await[0].marketing_consent, Some(false));
    assert!(!subject.user(&uid("u1")).await.unwrap().marketing_consent);
}

pub async fn what_nobody_proved_is_said_of_no_other_announcement<S: Subject>(subject: &S) {
    let other = a_new_preorder(1, ADDRESS, Owner::Unknown);
    subject.store().initiate(&other).await.unwrap();
    a_form_agrees(subject, 2).await;
    assert_eq!(unsent(subject, &[other.started.id]).await[0].marketing_consent, None);
    says(subject, agreed("v1"), 3).await;
    assert_eq!(unsent(subject, &[other.started.id]).await[0].marketing_consent, Some(true));
    says(subject, WITHDRAWN, 4).await;
    assert_eq!(unsent(subject, &[other.started.id]).await[0].marketing_consent, Some(false));
}

pub async fn a_form_that_is_sent_again_takes_no_withdrawal_back<S: Subject>(subject: &S) {
    let reader = signed_in("u1", ADDRESS);
    let new = a_new_preorder_with_consent(1, ADDRESS, Owner::SignedIn(reader));
    subject.store().initiate(&new).await.unwrap();
    says(subject, WITHDRAWN, 2).await;
    subject.store().initiate(&new).await.unwrap();
    assert!(!subject.user(&uid("u1")).await.unwrap().marketing_consent);
    let (profile, _) = says(subject, WITHDRAWN, 3).await;
    assert_eq!(profile.consent.unwrap().said_at, t(2));
}

pub async fn who_has_not_proven_an_address_speaks_for_themselves_alone<S: Subject>(subject: &S) {
    says(subject, agreed("v1"), 1).await;
    let stranger = VerifiedUser { email_verified: false, ..signed_in("u2", ADDRESS) };
    let mut claims = claims_of(&stranger);
    claims.list.extend(says_of_marketing(&stranger, &WITHDRAWN, t(2)));
    subject.store().record_sign_in(&stranger.id, &claims, t(2)).await.unwrap();
    let (profile, _) = says(subject, agreed("v1"), 3).await;
    let counts = profile.consent.unwrap();
    assert_eq!((counts.given, counts.said_at), (true, t(1)));
}

pub async fn a_lost_preorder_comes_back_with_its_consent_unconfirmed<S: Subject>(subject: &S) {
    let lost = a_preorder(1);
    let mut event = session_paid("evt_1", &lost);
    let Fact::Session(fact) = &mut event.fact else { panic!("a session") };
    fact.metadata.agreed_to = Some(a_text_version("v1"));
    subject.store().deliver(&event, t(60)).await.unwrap();
    let stored = subject.preorder(preorder_id(1)).await;
    assert_eq!(stored.wishes.marketing_consent, MarketingConsent::Unconfirmed(a_text_version("v1")));
    let announced = subject.store().take_overdue(t(2000), t(2000), 100).await.unwrap();
    for row in unsent(subject, &announced).await {
        assert!(!row.entry.kind.is_consent(), "nobody is told");
        assert_eq!(row.entry.payload.properties["marketing_consent"], false);
    }
}
