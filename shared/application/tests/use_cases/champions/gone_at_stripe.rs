//! Customers that were deleted at Stripe, and prices that were archived there.

use pledge_application::champions::{Failure, SubscribeError};
use pledge_domain::{
    ids::{CustomerId, PriceId},
    ports::{BillingError, ChampionStore, GatewayError, Gone},
};
use pledge_testkit::{builders::champion, fakes::on_purpose};

use super::Reader;

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
