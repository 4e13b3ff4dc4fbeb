//! The customers and prices that were made at Stripe.
#![allow(missing_docs, reason = "the name of a promise says it")]

use pledge_domain::{
    account::sign_in,
    ids::{CustomerId, PriceId},
    limits::Uses,
    money::{Currency, Money},
    ports::ChampionStore,
    user::VerifiedUser,
};

use super::{account, ada};
use crate::{
    builders::{an_email, signed_in, tiers},
    contract::Subject,
    time::t,
};

pub async fn the_first_customer_counts<S: Subject>(subject: &S) {
    let key = ada(subject).await;
    let [first, second] = ["cus_1", "cus_2"].map(|id| CustomerId::parse(id).unwrap());
    for customer in [&first, &second] {
        assert_eq!(subject.store().save_customer(&key.user, customer).await.unwrap(), first);
    }
    assert_eq!(account(subject, &key).await.customer, Some(first.clone()));
    assert_eq!(
        subject.store().sign_in(&sign_in(&signed_in("ada", "ada@example.com")), &Uses::default(), t(9)).await.unwrap(),
        Some(first)
    );
}

pub async fn a_price_is_remembered_for_its_amount<S: Subject>(subject: &S) {
    let key = ada(subject).await;
    let [first, second] = ["price_1", "price_2"].map(|id| PriceId::parse(id).unwrap());
    let tier = tiers().remove(2);
    let cheaper = pledge_domain::champion::Tier { price: Money::new(1, Currency::USD), ..tier.clone() };
    for (tier, price) in [(&cheaper, &second), (&tier, &first), (&tier, &second)] {
        subject.store().save_price(tier, price, t(1)).await.unwrap();
    }
    assert_eq!(account(subject, &key).await.tiers[2].stripe_price, Some(first));
}

pub async fn what_is_gone_at_stripe_is_replaced_once<S: Subject>(subject: &S) {
    let key = ada(subject).await;
    let [gone, first, second] = ["cus_gone", "cus_1", "cus_2"].map(|id| CustomerId::parse(id).unwrap());
    subject.store().save_customer(&key.user, &gone).await.unwrap();
    for customer in [&first, &second] {
        assert_eq!(subject.store().replace_customer(&key.user, &gone, customer).await.unwrap(), first);
    }
    assert_eq!(account(subject, &key).await.customer, Some(first));

    let [gone, first, second] = ["price_gone", "price_1", "price_2"].map(|id| PriceId::parse(id).unwrap());
    let tier = tiers().remove(2);
    subject.store().save_price(&tier, &gone, t(1)).await.unwrap();
    let tier = pledge_domain::champion::Tier { stripe_price: Some(gone.clone()), ..tier };
    for price in [&first, &second] {
        subject.store().save_price(&tier, price, t(2)).await.unwrap();
    }
    let stored = account(subject, &key).await.tiers.remove(2);
    assert_eq!(stored.stripe_price, Some(first));
    assert!(stored.prices.contains(&gone), "what was paid at the old price stays the tier's");
}

pub async fn a_changed_address_is_to_be_told_once_it_is_proven_until_it_is_told<S: Subject>(subject: &S) {
    let key = ada(subject).await;
    let is_outdated = async || account(subject, &key).await.customer_is_outdated;
    let signs_in = async |email: &str, email_verified: bool| {
        let reader = VerifiedUser { email_verified, ..signed_in("ada", email) };
        subject.store().sign_in(&sign_in(&reader), &Uses::default(), t(1)).await.unwrap();
    };
    let (old, new) = ("ada@example.com", "ada.king@example.com");
    subject.store().save_customer(&key.user, &CustomerId::parse("cus_1").unwrap()).await.unwrap();
    signs_in(old, true).await;
    assert!(!is_outdated().await);
    signs_in(new, false).await;
    assert!(!is_outdated().await, "it may be anybody's");
    signs_in(new, true).await;
    assert!(is_outdated().await);
    subject.store().customer_told(&key.user, &an_email(old)).await.unwrap();
    assert!(is_outdated().await, "that isn't the reader's any more");
    subject.store().customer_told(&key.user, &an_email(new)).await.unwrap();
    assert!(!is_outdated().await);
    signs_in(new, true).await;
    assert!(!is_outdated().await);
}
