//! Checkout sessions (<https://docs.stripe.com/api/checkout/sessions/create>).

use std::collections::HashMap;

use pledge_domain::{
    Timestamp,
    ids::SessionId,
    locale::Locale,
    ports::{CheckoutGateway, GatewayError, OpenedSession, SessionRequest},
};
use serde::Deserialize;
use stripe_checkout::checkout_session::{
    CreateCheckoutSession, CreateCheckoutSessionLineItems, CreateCheckoutSessionPaymentIntentData,
    CreateCheckoutSessionPhoneNumberCollection, CreateCheckoutSessionShippingAddressCollection,
    CreateCheckoutSessionShippingAddressCollectionAllowedCountries as Country,
};
use stripe_shared::{CheckoutSessionLocale, CheckoutSessionMode};

use crate::{StripeClient, key::key};

/// Where we ship to.
const COUNTRIES: [Country; 13] = [
    Country::Us,
    Country::Ca,
    Country::Gb,
    Country::Au,
    Country::De,
    Country::Fr,
    Country::It,
    Country::Es,
    Country::Nl,
    Country::Jp,
    Country::Sg,
    Country::Hk,
    Country::Tw,
];

impl CheckoutGateway for StripeClient {
    async fn open_session(&self, request: &SessionRequest) -> Result<OpenedSession, GatewayError> {
        let key = key(&format!("checkout:{}:{}", request.preorder, request.attempt))?;
        let session: Session = self.create(&create(request), &key).await?;
        Ok(session.into())
    }
}

/// Depends on nothing but the request: under the same key, Stripe takes the same parameters only. So there is no
/// `expires_at` from a clock; Stripe closes the session after 24 hours.
fn create(request: &SessionRequest) -> CreateCheckoutSession {
    let metadata = metadata(request);
    let item = CreateCheckoutSessionLineItems {
        price: Some(request.price.as_str().to_owned()),
        quantity: Some(1),
        ..CreateCheckoutSessionLineItems::new()
    };
    let payment = CreateCheckoutSessionPaymentIntentData {
        // A payment doesn't inherit the metadata of its session, and its own events come without the session's.
        metadata: Some(metadata.clone()),
        ..CreateCheckoutSessionPaymentIntentData::new()
    };
    CreateCheckoutSession::new()
        .mode(CheckoutSessionMode::Payment)
        .line_items(vec![item])
        .client_reference_id(request.preorder.to_string())
        .customer_email(request.email.as_str())
        .locale(locale(request.locale))
        .metadata(metadata)
        .payment_intent_data(payment)
        .shipping_address_collection(CreateCheckoutSessionShippingAddressCollection::new(COUNTRIES))
        .phone_number_collection(CreateCheckoutSessionPhoneNumberCollection::new(true))
        .allow_promotion_codes(false)
        .success_url(&*request.success_url)
        .cancel_url(&*request.cancel_url)
}

fn metadata(request: &SessionRequest) -> HashMap<String, String> {
    let user = request.user.as_ref().map(|user| ("userId", user.to_string()));
    let always = [
        ("preorderId", request.preorder.to_string()),
        ("checkoutAttempt", request.attempt.to_string()),
        ("color", request.color.as_str().to_owned()),
        ("locale", request.locale.tag().to_owned()),
        ("priceId", request.price.to_string()),
    ];
    always.into_iter().chain(user).map(|(key, value)| (key.to_owned(), value)).collect()
}

fn locale(locale: Locale) -> CheckoutSessionLocale {
    match locale {
        Locale::En => CheckoutSessionLocale::En,
        Locale::Es => CheckoutSessionLocale::Es,
        Locale::Ja => CheckoutSessionLocale::Ja,
        Locale::ZhHk => CheckoutSessionLocale::ZhMinusHk,
    }
}

/// The fields of a session that matter here.
#[derive(Deserialize)]
struct Session {
    id: SessionId,
    #[serde(default)]
    url: Option<String>,
    #[serde(with = "time::serde::timestamp")]
    expires_at: Timestamp,
    /// `open`, `complete` or `expired`.
    status: String,
}

impl From<Session> for OpenedSession {
    fn from(session: Session) -> Self {
        let open = session.status == "open";
        Self { id: session.id, url: session.url, expires_at: session.expires_at, open }
    }
}
