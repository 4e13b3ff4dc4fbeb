//! Readers, the tiers of novels, and the accounts of both.
#![allow(missing_docs, reason = "the name of a promise says it")]

use pledge_domain::{
    account::sign_in,
    champion::{ChampionAccount, ChampionKey, Step},
    ids::NovelId,
    limits::{AttemptLimits, Limit, Uses},
    ports::{ChampionStore, LimitedError},
};

use super::{account, ada, ask};
use crate::{
    builders::{an_email, champion, signed_in, tiers, uid},
    contract::Subject,
    time::t,
};

pub async fn a_novel_has_its_tiers_and_another_has_none<S: Subject>(subject: &S) {
    subject.open_novel(tiers()).await;
    assert_eq!(subject.store().tiers(champion("ada").novel).await.unwrap(), tiers());
    assert_eq!(subject.store().tiers(NovelId::new(8).unwrap()).await.unwrap(), []);
}

pub async fn a_reader_who_is_not_stored_has_an_account_with_the_novels_tiers<S: Subject>(subject: &S) {
    subject.open_novel(tiers()).await;
    let account = account(subject, &champion("nobody")).await;
    assert_eq!(account, ChampionAccount { tiers: tiers(), ..ChampionAccount::new(champion("nobody")) });
}

pub async fn a_reader_has_an_account_for_each_novel_that_they_began_to_pay_for<S: Subject>(subject: &S) {
    let key = ada(subject).await;
    assert_eq!(subject.store().accounts(&key.user, 9).await.unwrap(), []);
    ask(subject, &key, 2, 1).await;
    let other = ChampionKey { user: uid("bob"), ..key.clone() };
    subject.store().sign_in(&sign_in(&signed_in("bob", "bob@example.com")), &Uses::default(), t(0)).await.unwrap();
    ask(subject, &other, 3, 2).await;
    let found = subject.store().accounts(&key.user, 9).await.unwrap();
    assert_eq!(found, [subject.store().account(&key).await.unwrap()]);
    assert_eq!(subject.store().accounts(&key.user, 0).await.unwrap(), []);
}

pub async fn a_sign_in_makes_and_updates_the_reader<S: Subject>(subject: &S) {
    let store = subject.store();
    let ada = signed_in("ada", "ada@example.com");
    assert_eq!(store.sign_in(&sign_in(&ada), &Uses::default(), t(0)).await.unwrap(), None);
    let anonymous = pledge_domain::user::VerifiedUser { email: None, display_name: None, ..ada.clone() };
    store.sign_in(&sign_in(&anonymous), &Uses::default(), t(5)).await.unwrap();
    let row = subject.user(&ada.id).await.unwrap();
    assert_eq!((row.email, row.email_verified), (ada.email, true));
    assert_eq!((row.display_name, row.last_login_at), (ada.display_name, Some(t(5))));
}

pub async fn a_verified_reader_takes_over_the_address<S: Subject>(subject: &S) {
    let store = subject.store();
    let eve = pledge_domain::user::VerifiedUser { email_verified: false, ..signed_in("eve", "ada@example.com") };
    store.sign_in(&sign_in(&eve), &Uses::default(), t(0)).await.unwrap();
    store.sign_in(&sign_in(&signed_in("ada", "ADA@example.com")), &Uses::default(), t(1)).await.unwrap();
    store.sign_in(&sign_in(&eve), &Uses::default(), t(2)).await.unwrap();
    assert_eq!(subject.user(&uid("ada")).await.unwrap().email, Some(an_email("ADA@example.com")));
    assert_eq!(subject.user(&uid("eve")).await.unwrap().email, None);
}

pub async fn an_attempt_too_many_is_refused_and_the_sign_in_counts<S: Subject>(subject: &S) {
    let limits = AttemptLimits { per_reader: Limit::per_hour(2), per_card: None };
    let ada = sign_in(&signed_in("ada", "ada@example.com"));
    let uses = limits.uses(&uid("ada"), None);
    for n in 0..2 {
        subject.store().sign_in(&ada, &uses, t(n)).await.unwrap();
    }
    let renamed = sign_in(&signed_in("ada", "new@example.com"));
    let refused = subject.store().sign_in(&renamed, &uses, t(2)).await;
    assert!(matches!(refused, Err(LimitedError::TooMany(_))), "{refused:?}");
    assert_eq!(subject.user(&uid("ada")).await.unwrap().email.unwrap().as_str(), "new@example.com");
    let step = |_| -> Step<()> { panic!("no step is taken") };
    let refused = subject.store().sign_in_and_step(&ada, &uses, &champion("ada"), t(2), step).await;
    assert!(matches!(refused, Err(LimitedError::TooMany(_))), "{refused:?}");
    let attempt = subject.store().account_for_attempt(&champion("ada"), &uses, t(2)).await;
    assert!(matches!(attempt, Err(LimitedError::TooMany(_))), "{attempt:?}");
    let bob = limits.uses(&uid("bob"), None);
    let claims = sign_in(&signed_in("bob", "bob@example.com"));
    let step = |account: ChampionAccount| Step::only(account.email);
    let seen = subject.store().sign_in_and_step(&claims, &bob, &champion("bob"), t(2), step).await.unwrap();
    assert_eq!(seen.unwrap().as_str(), "bob@example.com", "the step sees what the sign-in stored");
}
