//! The catalogue: the colours that can be ordered, and their prices.

use pledge_application::show_catalogue::ShowCatalogue;
use pledge_domain::{
    money::{Currency, Money},
    ports::GatewayError,
    preorder::CheckoutPolicy,
};
use pledge_testkit::{FakeGateway, fakes::on_purpose, time::t};

fn shop() -> ShowCatalogue<FakeGateway> {
    let prices = [("Red".to_owned(), "price_red".to_owned().try_into().unwrap())];
    let catalogue = std::collections::BTreeMap::from(prices).try_into().unwrap();
    let policy = CheckoutPolicy { sold_out: vec!["Red".into()], ..CheckoutPolicy::default() };
    ShowCatalogue::new(FakeGateway::default(), catalogue, policy)
}

fn unavailable() -> GatewayError {
    GatewayError::Unavailable(on_purpose())
}

#[tokio::test]
async fn stripe_is_asked_for_prices_at_most_once_in_five_minutes() {
    let shop = shop();
    for seconds in [0, 1, 299] {
        let offers = shop.run(t(seconds)).await.unwrap();
        assert_eq!((offers[0].price, offers[0].sold_out), (Money::new(1999, Currency::USD), true));
    }
    assert_eq!(shop.prices.prices_asked(), 1);
    shop.prices.price_next(Ok(Money::new(2999, Currency::USD)));
    assert_eq!(shop.run(t(300)).await.unwrap()[0].price.amount, 2999);
}

#[tokio::test]
async fn an_old_price_beats_none() {
    let shop = shop();
    shop.prices.price_next(Err(unavailable()));
    assert!(shop.run(t(0)).await.is_err(), "nothing is known yet");
    shop.run(t(1)).await.unwrap();
    shop.prices.price_next(Err(unavailable()));
    for seconds in [301, 302] {
        assert_eq!(shop.run(t(seconds)).await.unwrap()[0].price.amount, 1999);
    }
    assert_eq!(shop.prices.prices_asked(), 3, "a Stripe that is down isn't asked by every request");
}
