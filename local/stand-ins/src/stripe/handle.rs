//! The handle of a running Stripe stand-in, for tests in the same process.

mod money;

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware::from_fn;
use axum::routing::any;
use serde_json::Value;

use super::account::Account;
use super::api::Keys;
use super::billing::lifecycle;
use super::checkout::pay::{self, Payment, PaymentOutcome};
use super::error::ApiError;
use super::events;
use super::objects::Fields;
use super::options::{StripeOptions, WebhookTarget};
use super::payment::{confirm, method};
use super::state::{self, Stripe};
use super::webhooks::{self, Delivery, Order};
use super::{api, checkout, control, customer, payment, portal};
use crate::clock::Clock;
use crate::control::Common;
use crate::cors;
use crate::faults::Faults;
use crate::http_client;
use crate::request_log::RequestLog;
use crate::server::Server;
use crate::stripe_js;

/// A running stand-in; it stops when this is dropped.
#[derive(Debug)]
pub struct StripeStandIn {
    stripe: Arc<Stripe>,
    server: Server,
}

/// A control that isn't possible in the present state, with Stripe's message.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ControlError(pub String);

impl std::fmt::Display for ControlError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for ControlError {}

impl From<ApiError> for ControlError {
    fn from(error: ApiError) -> Self {
        Self(error.to_value().text("message").to_owned())
    }
}

impl StripeStandIn {
    /// Starts the stand-in on 127.0.0.1.
    ///
    /// # Errors
    /// If the port is taken or the HTTP client can't be built.
    pub async fn start(options: StripeOptions) -> io::Result<Self> {
        let common = Common { clock: options.clock.clone(), ..Common::default() };
        let keys = Keys { secret: options.secret_key.clone(), events: options.events_key.clone() };
        let seed = options.seed.unwrap_or_else(Clock::machine_millis);
        let mut account = Account::new(&options, common.clock.now(), seed);
        for target in options.webhooks {
            webhooks::api::register(&mut account, target);
        }
        let stripe = Arc::new(Stripe::new(common.clone(), keys, http_client::new()?, account));
        let advanced = Arc::clone(&stripe);
        let after_advance = Arc::new(move || advanced.act(|_| ()));
        let router = Router::new()
            .route("/v1/{*path}", any(api::handle))
            .layer(from_fn(cors::layer))
            .with_state(Arc::clone(&stripe))
            .merge(stripe_js::router())
            .merge(checkout::page::router(Arc::clone(&stripe)))
            .merge(payment::page::router(Arc::clone(&stripe)))
            .merge(portal::page::router(Arc::clone(&stripe)))
            .merge(control::router(Arc::clone(&stripe)))
            .merge(crate::control::router(common, after_advance));
        let mut server = Server::start(options.port, router).await?;
        let base_url = server.base_url();
        stripe.quietly(|account| account.base_url = base_url);
        server.run_beside(webhooks::deliverer::run(Arc::clone(&stripe)));
        server.run_beside(state::tick(Arc::clone(&stripe)));
        Ok(Self { stripe, server })
    }

    /// Returns `http://127.0.0.1:<port>`; the API is below `/v1`, the controls below `/_control`.
    #[must_use]
    pub fn base_url(&self) -> String {
        self.server.base_url()
    }

    /// Returns the clock. [`Self::advance`] moves it and does at once what becomes due.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.stripe.common.clock
    }

    /// Returns the faults that have requests left to hit.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.stripe.common.faults
    }

    /// Returns the log of requests to the API.
    #[must_use]
    pub fn requests(&self) -> &RequestLog {
        &self.stripe.common.log
    }

    /// Moves the clock forward and does what becomes due, in order.
    pub fn advance(&self, by: Duration) {
        self.stripe.common.clock.advance(by);
        self.stripe.act(|_| ());
    }

    /// Returns an object as the API shows it, or null.
    #[must_use]
    pub fn object(&self, id: &str) -> Value {
        self.stripe.quietly(|account| account.get(id).clone())
    }

    /// Returns all objects of one kind (`"payment_intent"`), newest first.
    #[must_use]
    pub fn objects(&self, kind: &str) -> Vec<Value> {
        self.stripe.quietly(|account| account.objects.newest_first(kind).cloned().collect())
    }

    /// Returns all events, oldest first.
    #[must_use]
    pub fn events(&self) -> Vec<Value> {
        let mut events = self.objects("event");
        events.reverse();
        events
    }

    /// Returns the types of all events, oldest first.
    #[must_use]
    pub fn event_types(&self) -> Vec<String> {
        self.events().iter().map(|event| event.text("type").to_owned()).collect()
    }

    /// Pays a Checkout session as a customer. What `payment` leaves out gets plausible values.
    pub fn pay_session(&self, session: &str, payment: Payment) -> PaymentOutcome {
        self.stripe.act(|account| {
            let payment = payment.with_defaults(account.get(session));
            pay::pay(account, session, &payment)
        })
    }

    /// Makes the delayed payment of a session succeed or fail.
    ///
    /// # Errors
    /// If no payment of the session is under way.
    pub fn settle_session(&self, session: &str, paid: bool) -> Result<(), ControlError> {
        Ok(self.stripe.act(|account| pay::settle(account, session, paid))?)
    }

    /// Passes or fails the authentication (3-D Secure) of a payment intent as the customer.
    ///
    /// # Errors
    /// If the intent doesn't wait for it.
    pub fn authenticate(&self, intent: &str, passed: bool) -> Result<(), ControlError> {
        Ok(self.stripe.act(|account| confirm::authenticate(account, intent, passed))?)
    }

    /// Replaces a customer's card by one of Stripe's test methods (`pm_card_visa`, `pm_card_chargeCustomerFail`, …) for
    /// all renewals to come.
    ///
    /// # Errors
    /// When there is no such customer, or the method can't be attached.
    pub fn replace_card(&self, customer: &str, test_method: &str) -> Result<(), ControlError> {
        Ok(self.stripe.act(|account| method::replace(account, customer, test_method))?)
    }

    /// Lets a subscription end at this second since 1970, as the merchant may in the dashboard. Stripe stores the date, and
    /// leaves the flag `cancel_at_period_end` false.
    ///
    /// # Errors
    /// If there is no such subscription, or the date has passed.
    pub fn cancel_on(&self, subscription: &str, at: i64) -> Result<(), ControlError> {
        Ok(self.stripe.act(|account| lifecycle::cancel_on(account, subscription, at))?)
    }

    /// Deletes a customer, as the merchant may in the dashboard.
    ///
    /// # Errors
    /// If there is no such customer, or it was deleted.
    pub fn delete_customer(&self, id: &str) -> Result<(), ControlError> {
        Ok(self.stripe.act(|account| {
            account.find("customer", id)?;
            customer::remove(account, id);
            Ok::<_, ApiError>(())
        })?)
    }

    /// Adds a webhook endpoint. Returns its id.
    pub fn add_webhook(&self, target: WebhookTarget) -> String {
        self.stripe.act(|account| webhooks::api::register(account, target))
    }

    /// Replaces the signing secrets of all endpoints. There are several while one is being rotated.
    pub fn set_webhook_secrets(&self, secrets: &[&str]) {
        let secrets: Vec<_> = secrets.iter().map(|&secret| secret.to_owned()).collect();
        self.stripe.act(|account| {
            for endpoint in &mut account.webhooks.endpoints {
                endpoint.secrets.clone_from(&secrets);
            }
        });
    }

    /// Switches all webhook endpoints off, as an administrator or Stripe itself may, or on again. Events in the meantime
    /// are never delivered.
    pub fn set_endpoints_disabled(&self, disabled: bool) {
        self.stripe.act(|account| webhooks::api::set_disabled(account, disabled));
    }

    /// Holds new deliveries until [`Self::release`].
    pub fn hold(&self) {
        self.stripe.act(|account| account.webhooks.hold = true);
    }

    /// Releases held deliveries in the given order, and stops holding new ones unless only some were named. Returns how
    /// many were released.
    pub fn release(&self, order: &Order) -> usize {
        self.stripe.act(|account| account.release(order))
    }

    /// Makes every new event be delivered this many times instead of once.
    pub fn set_copies(&self, copies: usize) {
        self.stripe.act(|account| account.webhooks.copies = copies);
    }

    /// Repeats an event as one of an account that is connected to this one: with an id of its own and `connected` as its
    /// `account`. Returns its id.
    ///
    /// # Errors
    /// If there is no such event.
    pub fn tell_for_account(&self, event: &str, connected: &str) -> Result<String, ControlError> {
        Ok(self.stripe.act(|account| events::tell_for_account(account, event, connected))?)
    }

    /// Sends a thin event, as an event destination of the new kind does: it names its object and has no data.
    /// `v2.core.event_destination.ping` is sent when a destination is tried out. Returns the event's id.
    pub fn tell_thin(&self, kind: &str, related_object: &str) -> String {
        self.stripe.act(|account| events::tell_thin(account, kind, related_object))
    }

    /// Delivers an event again, now.
    ///
    /// # Errors
    /// If there is no such event.
    pub fn deliver_again(&self, event: &str) -> Result<(), ControlError> {
        Ok(self.stripe.act(|account| account.deliver_again(event))?)
    }

    /// Drops held and waiting deliveries of one event (id or type) or of all. Returns how many.
    pub fn drop_deliveries(&self, event: Option<&str>) -> usize {
        self.stripe.act(|account| account.webhooks.drop_waiting(event))
    }

    /// Makes all waiting retries due now.
    pub fn retry_now(&self) {
        self.stripe.act(|account| account.webhooks.retry_now());
    }

    /// Returns all deliveries, in the order of their events.
    #[must_use]
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.stripe.quietly(|account| account.webhooks.deliveries.clone())
    }

    /// Waits until no delivery waits or is being sent; held ones don't count. Returns false if `timeout` is over first.
    pub async fn wait_until_idle(&self, timeout: Duration) -> bool {
        let idle = self.stripe.wait(timeout, |account| (account.webhooks.busy() == 0).then_some(()));
        idle.await.is_some()
    }

    /// Waits for an event of this type beyond the first `seen` ones; none if `timeout` is over first.
    pub async fn wait_for_event(&self, kind: &str, seen: usize, timeout: Duration) -> Option<Value> {
        let found = |account: &Account| {
            let mut events: Vec<_> =
                account.objects.newest_first("event").filter(|event| event.text("type") == kind).collect();
            events.reverse();
            events.get(seen).map(|event| (*event).clone())
        };
        self.stripe.wait(timeout, found).await
    }
}
