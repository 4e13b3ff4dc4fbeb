//! The state of the Stripe stand-in, behind one lock.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use super::billing::settings::BillingSettings;
use super::error::ApiError;
use super::events::{self, Origin};
use super::idempotency::Idempotency;
use super::objects::{Fields, Objects, previous_attributes};
use super::options::StripeOptions;
use super::payment::refund_progress::RefundStatus;
use super::settlement::Owner;
use super::shapes::Kind;
use super::webhooks::{Order, Webhooks};
use crate::ids::Ids;

/// A Stripe account: its objects, its settings, and what becomes due.
#[derive(Debug)]
pub(crate) struct Account {
    /// The time of the current step, in seconds since the epoch.
    pub(crate) now: i64,
    pub(crate) ids: Ids,
    pub(crate) objects: Objects,
    pub(crate) webhooks: Webhooks,
    pub(crate) idempotency: Idempotency,
    pub(crate) billing: BillingSettings,
    /// The line items of each Checkout session.
    pub(crate) line_items: HashMap<String, Vec<Value>>,
    /// The parameters that each Checkout session gives its payment intent (`payment_intent_data`).
    pub(crate) intent_data: HashMap<String, Value>,
    /// All lines of each invoice; an invoice itself shows the first ones.
    pub(crate) invoice_lines: HashMap<String, Vec<Value>>,
    /// Prorations that wait for the next invoice of each subscription.
    pub(crate) pending_lines: HashMap<String, Vec<Value>>,
    /// The sessions of the portal by the secret in their links, each with the end of its link.
    pub(crate) portal_links: HashMap<String, (String, i64)>,
    /// Payment methods that can't be used again: they were detached, or used once without a customer.
    pub(crate) unusable_methods: HashSet<String>,
    /// The time at which each refund that takes days ends, and its last status.
    pub(crate) refund_outcomes: HashMap<String, (i64, RefundStatus)>,
    /// The object that each payment intent pays, unless only the caller knows it.
    pub(crate) owners: HashMap<String, Owner>,
    /// The API request that is being served, as its events name it.
    pub(crate) origin: Origin,
    pub(crate) base_url: String,
    /// The account's API version.
    pub(crate) api_version: String,
}

impl Account {
    pub(crate) fn new(options: &StripeOptions, now: i64, seed: u64) -> Self {
        Self {
            now,
            ids: Ids::new(seed),
            objects: Objects::default(),
            webhooks: Webhooks::new(options.retries.clone()),
            idempotency: Idempotency::default(),
            billing: options.billing.clone(),
            line_items: HashMap::new(),
            intent_data: HashMap::new(),
            invoice_lines: HashMap::new(),
            pending_lines: HashMap::new(),
            portal_links: HashMap::new(),
            unusable_methods: HashSet::new(),
            refund_outcomes: HashMap::new(),
            owners: HashMap::new(),
            origin: Origin::default(),
            base_url: String::new(),
            api_version: options.api_version.clone(),
        }
    }

    /// Returns a new id for an object of `kind`.
    pub(crate) fn id(&mut self, kind: Kind) -> String {
        let (prefix, length) = kind.id();
        self.ids.next(prefix, length)
    }

    /// Builds an object of `kind` with the time and a new id (unless `fields` has one), without keeping it.
    pub(crate) fn build(&mut self, kind: Kind, fields: Value) -> Value {
        let mut object = kind.with(fields);
        if object.text("id").is_empty() {
            let id = self.id(kind);
            object.set("id", id);
        }
        object.set("created", self.now);
        object
    }

    /// Builds and keeps an object. Returns its id.
    pub(crate) fn create(&mut self, kind: Kind, fields: Value) -> String {
        let object = self.build(kind, fields);
        let id = object.text("id").to_owned();
        self.objects.insert(object);
        id
    }

    /// Returns an object, or null.
    pub(crate) fn get(&self, id: &str) -> &Value {
        self.objects.get(id).unwrap_or(&Value::Null)
    }

    /// Returns a field of an object as text; empty if there is none.
    pub(crate) fn text_of(&self, id: &str, field: &str) -> String {
        self.get(id).text(field).to_owned()
    }

    /// Returns the object of `kind` that a path names. One that was deleted is missing.
    pub(crate) fn find(&self, kind: &str, id: &str) -> Result<Value, ApiError> {
        match self.objects.get(id) {
            Some(object) if object.text("object") == kind && !object.flag("deleted") => Ok(object.clone()),
            _ => Err(ApiError::missing("id", kind, id)),
        }
    }

    /// Refuses a parameter that names an object that doesn't exist.
    pub(crate) fn check(&self, param: &str, kind: &str, id: &str) -> Result<(), ApiError> {
        match self.objects.get(id) {
            Some(object) if object.text("object") == kind && !object.flag("deleted") => Ok(()),
            _ => Err(ApiError::missing_in(param, kind, id)),
        }
    }

    /// Sets fields of an object.
    pub(crate) fn set(&mut self, id: &str, fields: Value) {
        if let (Some(object), Value::Object(fields)) = (self.objects.get_mut(id), fields) {
            for (name, value) in fields {
                object.set(&name, value);
            }
        }
    }

    /// Sends an event of this type about the object to the webhook endpoints.
    pub(crate) fn emit(&mut self, kind: &str, id: &str) {
        events::emit(self, kind, id, None);
    }

    /// Sends an event of this type about the object, with its previous values, to the webhook endpoints; nothing if the
    /// object is unchanged.
    pub(crate) fn emit_change(&mut self, kind: &str, id: &str, before: &Value) {
        let previous = previous_attributes(before, self.get(id));
        if previous != json!({}) {
            events::emit(self, kind, id, Some(previous));
        }
    }

    /// Queues an event for delivery again.
    pub(crate) fn deliver_again(&mut self, event: &str) -> Result<(), ApiError> {
        let kind = self.find("event", event)?.text("type").to_owned();
        self.webhooks.again(event, &kind);
        Ok(())
    }

    /// Releases held deliveries, and returns how many. New ones are no longer held, unless only some were named.
    pub(crate) fn release(&mut self, order: &Order) -> usize {
        if !matches!(order, Order::Only(_)) {
            self.webhooks.hold = false;
        }
        self.webhooks.release(order)
    }

    /// Does everything that has become due since the last step.
    pub(crate) fn catch_up(&mut self, now: i64) {
        self.origin = Origin::default();
        super::schedule::run_until(self, now);
        self.now = now;
        self.idempotency.prune(now);
    }
}
