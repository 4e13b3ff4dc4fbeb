//! A stand-in for Stripe, a client of it, and a webhook endpoint for each of two API versions.
#![allow(clippy::unwrap_used, reason = "a test that can't prepare its environment has to stop")]

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::HeaderMap,
    routing::post,
};
use pledge_domain::{
    champion::{ChampionKey, ChampionMetadata, PurchaseType, Tier, TierLevel},
    consent::TextVersion,
    email::Email,
    ids::{CustomerId, NovelId, PaymentIntentId, PaymentMethodId, PaymentRecordId, PreorderId, PriceId, UserId},
    locale::Locale,
    money::{Currency, Money},
    ports::{Billing, PurchaseRequest, SessionRequest, SubscriptionRequest},
    preorder::{CheckoutPolicy, Color},
    stripe::Fact,
};
use pledge_stand_ins::{StripeOptions, StripeStandIn, WebhookTarget};
use pledge_stripe_api::StripeClient;
use pledge_stripe_events::{Secrets, TOLERANCE, decode, verify};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::support::{client, http};

const SECRET: &str = "whsec_of_the_tests";
const VERSIONS: [&str; 2] = ["2026-09-30.endive", "2024-06-20"];
const KEY: &str = "sk_test_4eC39HqLyjWDarjtT1zdp7dc";

type Received = Arc<Mutex<Vec<(usize, Fact)>>>;

/// The stand-in for Stripe, a client of it, and the events that were received from it.
pub struct TestEnvironment {
    pub stand_in: StripeStandIn,
    pub stripe: StripeClient,
    received: Received,
}

impl TestEnvironment {
    pub async fn start() -> Self {
        let received = Received::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = Router::new().route("/{version}", post(receive)).with_state(Arc::clone(&received));
        tokio::spawn(async move { axum::serve(listener, app).await });
        let webhooks = VERSIONS.iter().enumerate().map(|(i, version)| WebhookTarget {
            api_version: Some((*version).to_owned()),
            ..WebhookTarget::new(format!("http://{address}/{i}"), SECRET)
        });
        let options = StripeOptions { webhooks: webhooks.collect(), ..StripeOptions::default() };
        let stand_in = StripeStandIn::start(options).await.unwrap();
        let stripe = client(&stand_in.base_url());
        Self { stand_in, stripe, received }
    }

    /// Returns the facts of the events that were received so far: one list for each API version, in the order of sending.
    pub async fn facts(&self) -> [Vec<Fact>; 2] {
        assert!(self.stand_in.wait_until_idle(Duration::from_secs(10)).await);
        let received = self.received.lock().unwrap().clone();
        [0, 1].map(|version| received.iter().filter(|it| it.0 == version).map(|it| it.1.clone()).collect())
    }

    /// Sends a request that our code doesn't send itself, but the shop's owner or the reader's browser does, and returns
    /// the answer.
    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Value {
        let url = reqwest::Url::parse_with_params("http://form/", form).unwrap();
        let request = http().post(format!("{}/v1/{path}", self.stand_in.base_url())).bearer_auth(KEY);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        request.body(url.query().unwrap_or_default().to_owned()).send().await.unwrap().json().await.unwrap()
    }

    /// Confirms a payment with one of Stripe's test cards, as the browser does.
    pub async fn confirm(&self, intent: &PaymentIntentId, card: &str) {
        let back = ("return_url", "https://example.com/");
        self.post(&format!("payment_intents/{intent}/confirm"), &[("payment_method", card), back]).await;
    }

    /// Attaches a test card to the customer and returns its id. Each call makes a new card.
    pub async fn card(&self, customer: &CustomerId, test_card: &str) -> PaymentMethodId {
        let path = format!("payment_methods/{test_card}/attach");
        method(self.post(&path, &[("customer", customer.as_str())]).await["id"].as_str().unwrap())
    }

    /// Returns a request for a session that sells a colour for 199 dollars.
    pub async fn session_request(&self) -> SessionRequest {
        let form = [("currency", "usd"), ("unit_amount", "19900"), ("product_data[name]", "Sakura Pink")];
        let price = self.post("prices", &form).await;
        SessionRequest {
            preorder: PreorderId::parse("7c0a1f5e-2b7d-4a43-9a58-3f1b6f0c9d21").unwrap(),
            attempt: 1,
            user: Some(reader()),
            email: Email::parse("hanako@example.jp").unwrap(),
            price: PriceId::parse(price["id"].as_str().unwrap()).unwrap(),
            color: Color::recorded("Sakura Pink".into()),
            agreed_to: TextVersion::parse("2026-11").ok(),
            locale: Locale::Ja,
            success_url: "https://example.com/ja/pre-order/success?session_id={CHECKOUT_SESSION_ID}".into(),
            cancel_url: "https://example.com/ja/pre-order/cancel".into(),
            policy: CheckoutPolicy::default(),
        }
    }
}

/// Verifies and decodes a delivery of the stand-in, as the webhook endpoint does, and keeps its fact.
async fn receive(
    State(received): State<Received>,
    Path(version): Path<usize>,
    headers: HeaderMap,
    body: Bytes,
) -> String {
    let signature = headers["stripe-signature"].to_str().unwrap();
    let event = decode(&body).unwrap();
    // The stand-in signs an event at the moment at which it happens.
    let secrets = Secrets::new([SECRET]).unwrap();
    verify(&body, signature, &secrets, TOLERANCE, event.created).unwrap();
    assert_eq!(event.api_version.as_deref(), Some(VERSIONS[version]));
    received.lock().unwrap().push((version, event.fact));
    json!({"received": true}).to_string()
}

pub fn reader() -> UserId {
    UserId::parse("firebase-uid").unwrap()
}

pub fn method(id: &str) -> PaymentMethodId {
    PaymentMethodId::parse(id).unwrap()
}

pub fn tier() -> Tier {
    Tier {
        novel: NovelId::new(42).unwrap(),
        level: TierLevel::new(4).unwrap(),
        name: "Martial King".into(),
        price: Money::new(1000, Currency::USD),
        stripe_price: None,
        prices: Vec::new(),
        active: true,
    }
}

fn metadata() -> ChampionMetadata {
    ChampionMetadata {
        champion: ChampionKey { user: reader(), novel: tier().novel },
        tier: Some(tier().level),
        payment: Some(PaymentRecordId::parse("5d0f6a1b-9a3c-4e57-8f21-7b6c5d4e3f2a").unwrap()),
        purchase: None,
    }
}

pub async fn customer_of(stripe: &StripeClient) -> CustomerId {
    let email = Email::parse("reader@example.com").unwrap();
    stripe.create_customer(&reader(), Some(&email)).await.unwrap()
}

pub async fn subscription_request(environment: &TestEnvironment) -> (CustomerId, SubscriptionRequest) {
    let customer = customer_of(&environment.stripe).await;
    let price = environment.stripe.create_price(&tier()).await.unwrap();
    let metadata = metadata();
    let request =
        SubscriptionRequest { payment: metadata.payment.unwrap(), customer: customer.clone(), price, metadata };
    (customer, request)
}

pub fn purchase(customer: CustomerId) -> PurchaseRequest {
    let metadata = ChampionMetadata { purchase: Some(PurchaseType::New), ..metadata() };
    PurchaseRequest {
        payment: metadata.payment.unwrap(),
        customer,
        amount: Money::new(1000, Currency::USD),
        description: "Martial King, 30 days, novel 42".into(),
        metadata,
    }
}
