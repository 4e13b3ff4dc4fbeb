//! Checkout sessions (<https://docs.stripe.com/api/checkout/sessions/create>).

use std::collections::HashMap;

use pledge_domain::{
    Timestamp,
    ids::SessionId,
    locale::Locale,
    ports::{CheckoutGateway, GatewayError, OpenedSession, SessionRequest, SessionStatus},
    preorder::{CheckoutPolicy, PreorderMetadata},
};
use serde::Deserialize;
use stripe_checkout::checkout_session::{
    CreateCheckoutSession, CreateCheckoutSessionAfterExpiration, CreateCheckoutSessionAfterExpirationRecovery,
    CreateCheckoutSessionAutomaticTax, CreateCheckoutSessionLineItems, CreateCheckoutSessionPaymentIntentData,
    CreateCheckoutSessionPhoneNumberCollection, CreateCheckoutSessionShippingAddressCollection,
    CreateCheckoutSessionShippingAddressCollectionAllowedCountries as Country, CreateCheckoutSessionShippingOptions,
    ExpireCheckoutSession, RetrieveCheckoutSession,
};
use stripe_shared::{CheckoutSessionLocale, CheckoutSessionMode};

use crate::{IdempotencyKey, StripeClient, StripeError, key::key};

impl CheckoutGateway for StripeClient {
    async fn open_session(&self, request: &SessionRequest) -> Result<OpenedSession, GatewayError> {
        let key = key(&format!("checkout:{}:{}", request.preorder, request.attempt))?;
        let anonymous = create(request, metadata(request, self.mark()));
        let with_address = anonymous.clone().customer_email(request.email.as_str());
        let session: Session = match self.create(&with_address, &key).await {
            // Stripe refuses some valid e-mail addresses. Without an address, the page itself asks the customer for one.
            Err(error) if error.refuses_address() => self.create(&anonymous, &without_address(&key)?).await?,
            answer => answer?,
        };
        Ok(session.into())
    }

    async fn close_session(&self, id: &SessionId) -> Result<SessionStatus, GatewayError> {
        match self.send::<Session>(&ExpireCheckoutSession::new(id.as_str())).await {
            Ok(session) => Ok(session.status()),
            // The session isn't open any more (400), or Stripe doesn't know it (404).
            Err(StripeError::Api(error)) if matches!(error.status, 400 | 404) => {
                match self.send::<Session>(&RetrieveCheckoutSession::new(id.as_str())).await {
                    Ok(session) => Ok(session.status()),
                    Err(StripeError::Api(error)) if error.status == 404 => Ok(SessionStatus::Expired),
                    Err(error) => Err(error.into()),
                }
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// Returns the idempotency key for the session without an e-mail address, when Stripe refused the address under `key`.
/// Other parameters need another key; it is derived from `key`, so that a repeated attempt has an equal one.
///
/// # Errors
/// [`GatewayError::Refused`] if Stripe's library does not accept the key.
fn without_address(key: &IdempotencyKey) -> Result<IdempotencyKey, GatewayError> {
    self::key(&format!("{}:without-address", key.as_str()))
}

/// Makes the request for a Checkout session without the customer's e-mail address. It depends on `request` and
/// `metadata` only, since Stripe refuses other parameters under a key that it has seen
/// (<https://docs.stripe.com/api/idempotent_requests>). So there is no `expires_at`, which would need the present time;
/// Stripe closes the session after 24 hours.
fn create(request: &SessionRequest, metadata: HashMap<String, String>) -> CreateCheckoutSession {
    let item = CreateCheckoutSessionLineItems {
        price: Some(request.price.as_str().to_owned()),
        quantity: Some(1),
        ..CreateCheckoutSessionLineItems::new()
    };
    let payment = CreateCheckoutSessionPaymentIntentData {
        // Stripe doesn't copy a session's metadata to its payment, and the payment's events have only the payment's.
        metadata: Some(metadata.clone()),
        ..CreateCheckoutSessionPaymentIntentData::new()
    };
    let policy = &request.policy;
    // async-stripe parses any text as a country, so parsing can't fail; Stripe refuses countries that it doesn't know.
    let countries: Vec<Country> =
        policy.countries.iter().map(|code| code.as_str().parse().unwrap_or_else(|never| match never {})).collect();
    let session = CreateCheckoutSession::new()
        .mode(CheckoutSessionMode::Payment)
        .line_items(vec![item])
        .client_reference_id(request.preorder.to_string())
        .locale(locale(request.locale))
        .metadata(metadata)
        .payment_intent_data(payment)
        .shipping_address_collection(CreateCheckoutSessionShippingAddressCollection::new(countries))
        .phone_number_collection(CreateCheckoutSessionPhoneNumberCollection::new(policy.phone))
        .allow_promotion_codes(policy.promotion_codes)
        .success_url(&*request.success_url)
        .cancel_url(&*request.cancel_url);
    with_tax_and_shipping(session, policy)
}

/// Returns the session with the tax, recovery and shipping that the shop's policy asks for. The default policy adds
/// nothing.
fn with_tax_and_shipping(mut session: CreateCheckoutSession, policy: &CheckoutPolicy) -> CreateCheckoutSession {
    if policy.automatic_tax {
        session = session.automatic_tax(CreateCheckoutSessionAutomaticTax::new(true));
    }
    if policy.recovery {
        let recovery = CreateCheckoutSessionAfterExpirationRecovery::new(true);
        session = session.after_expiration(CreateCheckoutSessionAfterExpiration { recovery: Some(recovery) });
    }
    if !policy.shipping_rates.is_empty() {
        let rates = policy.shipping_rates.iter().map(|rate| CreateCheckoutSessionShippingOptions {
            shipping_rate: Some(rate.as_str().to_owned()),
            ..CreateCheckoutSessionShippingOptions::new()
        });
        session = session.shipping_options(rates.collect::<Vec<_>>());
    }
    session
}

/// Returns the metadata of a session and its payment: the preorder's, and the deployment's `mark`.
fn metadata(request: &SessionRequest, mark: (String, String)) -> HashMap<String, String> {
    let ours = PreorderMetadata {
        preorder: Some(request.preorder),
        attempt: Some(request.attempt),
        user: request.user.clone(),
        color: Some(request.color.clone()),
        locale: Some(request.locale),
        price: Some(request.price.clone()),
        agreed_to: request.agreed_to.clone(),
    };
    ours.entries().into_iter().map(|(key, value)| (key.to_owned(), value)).chain([mark]).collect()
}

/// Returns Stripe's name for the language of the page.
fn locale(locale: Locale) -> CheckoutSessionLocale {
    match locale {
        Locale::En => CheckoutSessionLocale::En,
        Locale::Es => CheckoutSessionLocale::Es,
        Locale::Ja => CheckoutSessionLocale::Ja,
        Locale::ZhHk => CheckoutSessionLocale::ZhMinusHk,
    }
}

/// The fields of a Checkout session that this project reads.
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

impl Session {
    fn status(&self) -> SessionStatus {
        match self.status.as_str() {
            "open" => SessionStatus::Open,
            "complete" => SessionStatus::Complete,
            _ => SessionStatus::Expired,
        }
    }
}

impl From<Session> for OpenedSession {
    fn from(session: Session) -> Self {
        let status = session.status();
        Self { id: session.id, url: session.url, expires_at: session.expires_at, status }
    }
}
