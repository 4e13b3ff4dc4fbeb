//! Each row of the table of refusals becomes the right error for the use cases, and is in `docs/ERRORS.md`.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking, in its helpers too")]

mod support;

use pledge_domain::{
    champion::{ChampionKey, ChampionMetadata},
    ids::{CustomerId, NovelId, PaymentRecordId, PriceId, UserId},
    ports::{Billing, BillingError, GatewayError, Gone, SubscriptionRequest},
};
use pledge_stripe_api::refusals::{ANY, CURRENCIES, Meaning, NONE, Row, TABLE};
use serde_json::{Value, json};
use support::{Reply, Server};

/// Returns an error of Stripe with the code, parameter or message that the row matches.
fn error(row: &Row) -> Value {
    let message = if row.meaning == Meaning::OtherCurrency { CURRENCIES } else { "no" };
    let mut error = json!({ "type": "invalid_request_error", "message": message });
    match row.code {
        ANY => error["code"] = json!("some_code"),
        NONE => {}
        code => error["code"] = json!(code),
    }
    match row.param {
        ANY | NONE => {}
        "price" => error["param"] = json!("items[0][price]"),
        param => error["param"] = json!(param),
    }
    json!({ "error": error })
}

async fn subscribe(error: &Value) -> BillingError {
    let request = SubscriptionRequest {
        payment: PaymentRecordId::parse("5d0f6a1b-9a3c-4e57-8f21-7b6c5d4e3f2a").unwrap(),
        customer: CustomerId::parse("cus_1").unwrap(),
        price: PriceId::parse("price_1").unwrap(),
        metadata: ChampionMetadata {
            champion: ChampionKey { user: UserId::parse("uid").unwrap(), novel: NovelId::new(7).unwrap() },
            tier: None,
            payment: None,
            purchase: None,
        },
    };
    Server::start([Reply::json(400, error)]).await.client().create_subscription(&request).await.unwrap_err()
}

#[tokio::test]
async fn each_row_means_what_it_says() {
    for row in TABLE {
        let error = subscribe(&error(row)).await;
        let as_expected = match row.meaning {
            // A request for a subscription has no address that could be left out.
            Meaning::AddressRefused | Meaning::NeedsOperator => {
                matches!(error, BillingError::Gateway(GatewayError::Refused(_)))
            }
            Meaning::CustomerGone => {
                matches!(error, BillingError::Gateway(GatewayError::Gone { what: Gone::Customer, .. }))
            }
            Meaning::PriceGone => matches!(error, BillingError::Gateway(GatewayError::Gone { what: Gone::Price, .. })),
            Meaning::PaymentMethodUnusable => matches!(error, BillingError::UnusablePaymentMethod),
            Meaning::OtherCurrency => matches!(error, BillingError::Gateway(GatewayError::OtherCurrency(_))),
            Meaning::Passing => matches!(error, BillingError::Gateway(GatewayError::Unavailable(_))),
        };
        assert!(as_expected, "{row:?}: {error:?}");
    }
}

#[tokio::test]
async fn no_other_message_without_a_code_is_about_currencies() {
    let error = subscribe(&json!({ "error": { "type": "invalid_request_error", "message": "Something else." } })).await;
    assert!(matches!(error, BillingError::Gateway(GatewayError::Refused(_))), "{error:?}");
}

#[test]
fn the_documentation_has_the_same_table() {
    let page = include_str!("../../../docs/ERRORS.md");
    let lines = page.lines().skip_while(|line| !line.starts_with("| Stripe's `code`")).skip(2);
    let documented: Vec<_> = lines.take_while(|line| line.starts_with('|')).collect();
    let shown = |text: &'static str| match text {
        ANY => "any".to_owned(),
        NONE => "none".to_owned(),
        text => format!("`{text}`"),
    };
    let table: Vec<_> = TABLE
        .iter()
        .map(|row| format!("| {} | {} | {} |", shown(row.code), shown(row.param), row.meaning.words()))
        .collect();
    assert_eq!(documented, table);
}
