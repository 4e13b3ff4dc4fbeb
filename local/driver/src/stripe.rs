//! The Stripe stand-in, and the actions of customers, banks and the network there.

use pledge_local::Endpoints;
use reqwest::{Client, Method, header::CONTENT_TYPE};
use serde_json::{Value, json};
use url::form_urlencoded;

use crate::failure::{Failure, control};

/// A client of the Stripe stand-in's controls.
#[derive(Debug, Clone)]
pub struct Stripe {
    client: Client,
    base: String,
}

/// The order in which held deliveries are released.
#[derive(Debug, Clone, Copy)]
pub enum Order {
    /// The order in which they were made.
    AsCreated,
    /// The last one first.
    Reversed,
    /// Shuffled with this seed.
    Shuffled(u64),
}

/// How long to wait until Stripe has delivered all events, retries included, in milliseconds.
const IDLE_TIMEOUT_MS: u64 = 60_000;

impl Stripe {
    pub(crate) fn new(client: Client, base: &str) -> Self {
        Self { client, base: base.to_owned() }
    }

    async fn post(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        control(&self.client, Method::POST, format!("{}/{path}", self.base), Some(body)).await
    }

    async fn get(&self, path: &str) -> Result<Value, Failure> {
        control(&self.client, Method::GET, format!("{}/{path}", self.base), None).await
    }

    async fn delete(&self, path: &str) -> Result<Value, Failure> {
        control(&self.client, Method::DELETE, format!("{}/{path}", self.base), None).await
    }

    /// Pays a session; `how` is the control's body, `{}` for a payment by card.
    ///
    /// # Errors
    /// If the session can't be paid.
    pub async fn pay(&self, session: &str, how: &Value) -> Result<Value, Failure> {
        self.post(&format!("checkout/sessions/{session}/pay"), how).await
    }

    /// Opens a session with these parameters, as another program of the merchant may through Stripe's API.
    ///
    /// # Errors
    /// If Stripe refuses a parameter.
    pub async fn open_session(&self, params: &[(&str, &str)], endpoints: &Endpoints) -> Result<Value, Failure> {
        self.call("/v1/checkout/sessions", params, endpoints).await
    }

    /// Expires an open session, as the merchant may through Stripe's API.
    ///
    /// # Errors
    /// If the session isn't open.
    pub async fn expire(&self, session: &str, endpoints: &Endpoints) -> Result<(), Failure> {
        let url = format!("{}/v1/checkout/sessions/{session}/expire", endpoints.stripe_api_base);
        let request = self.client.post(url).bearer_auth(&endpoints.stripe_secret_key);
        request.send().await?.error_for_status()?;
        Ok(())
    }

    /// Makes a delayed payment succeed or fail.
    ///
    /// # Errors
    /// If no payment is under way.
    pub async fn settle(&self, session: &str, paid: bool) -> Result<Value, Failure> {
        self.post(&format!("checkout/sessions/{session}/settle"), &json!({ "paid": paid })).await
    }

    /// Refunds an amount in minor units, or the rest without one.
    ///
    /// # Errors
    /// If less is left to refund.
    pub async fn refund(&self, payment_intent: &str, amount: Option<i64>) -> Result<Value, Failure> {
        self.post(&format!("payment_intents/{payment_intent}/refund"), &json!({ "amount": amount })).await
    }

    /// Refunds a payment; `how` is the control's body: `{"status": "pending"}` begins a refund that takes days.
    ///
    /// # Errors
    /// If less is left to refund.
    pub async fn refund_as(&self, payment_intent: &str, how: &Value) -> Result<Value, Failure> {
        self.post(&format!("payment_intents/{payment_intent}/refund"), how).await
    }

    /// Changes the status of a refund to `succeeded`, `failed` or `canceled`.
    ///
    /// # Errors
    /// If the refund is over.
    pub async fn set_refund(&self, refund: &str, status: &str) -> Result<Value, Failure> {
        self.post(&format!("refunds/{refund}/status"), &json!({ "status": status })).await
    }

    /// Disputes a payment as the card's holder; `how` is the control's body: `{}` disputes all of it.
    ///
    /// # Errors
    /// If nothing was paid.
    pub async fn dispute(&self, payment_intent: &str, how: &Value) -> Result<Value, Failure> {
        self.post(&format!("payment_intents/{payment_intent}/dispute"), how).await
    }

    /// Changes the status of a dispute to `under_review`, `won`, `lost`, …
    ///
    /// # Errors
    /// If the dispute has this status already.
    pub async fn set_dispute(&self, dispute: &str, status: &str) -> Result<Value, Failure> {
        self.post(&format!("disputes/{dispute}/status"), &json!({ "status": status })).await
    }

    /// Pays with a test card such as `pm_card_visa`, as Stripe.js does with a client secret in the reader's browser.
    ///
    /// # Errors
    /// If Stripe refuses, or the card is declined.
    pub async fn confirm(&self, client_secret: &str, card: &str, endpoints: &Endpoints) -> Result<Value, Failure> {
        let intent = intent_of(client_secret);
        let url = format!("{}/v1/payment_intents/{intent}/confirm", endpoints.stripe_api_base);
        let form = [("client_secret", client_secret), ("payment_method", card)];
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = self.client.post(&url).bearer_auth("pk_test_browser").body(body);
        let response = request.header("content-type", "application/x-www-form-urlencoded").send().await?;
        let status = response.status();
        let body = response.text().await?;
        if !status.is_success() {
            return Err(Failure::Status { method: Method::POST, url, status: status.as_u16(), body });
        }
        serde_json::from_str(&body).map_err(|error| Failure::Unexpected(error.to_string()))
    }

    /// Replaces a customer's card for later renewals.
    ///
    /// # Errors
    /// If there is no such customer.
    pub async fn replace_card(&self, customer: &str, card: &str) -> Result<(), Failure> {
        self.post(&format!("customers/{customer}/card"), &json!({ "payment_method": card })).await.map(drop)
    }

    /// Passes or fails a 3-D Secure authentication.
    ///
    /// # Errors
    /// If none is asked for.
    pub async fn authenticate(&self, payment_intent: &str, passed: bool) -> Result<Value, Failure> {
        self.post(&format!("payment_intents/{payment_intent}/authenticate"), &json!({ "passed": passed })).await
    }

    /// Moves the stand-in's clock forward; sessions expire and subscriptions renew as they fall due.
    ///
    /// # Errors
    /// If the stand-in doesn't answer.
    pub async fn advance(&self, seconds: u64) -> Result<(), Failure> {
        self.post("clock/advance", &json!({ "seconds": seconds })).await.map(drop)
    }

    /// Changes the account's billing settings; `settings` is the control's body: `{"draft_seconds": 0}` charges renewals
    /// at once, `{"after_retries": "mark_unpaid"}` keeps subscriptions that nobody pays. Settings that are left out get
    /// Stripe's defaults.
    ///
    /// # Errors
    /// If the stand-in refuses a setting.
    pub async fn billing(&self, settings: &Value) -> Result<(), Failure> {
        self.post("billing/settings", settings).await.map(drop)
    }

    /// Pays an open invoice in these parts as the customer, each by a payment of its own.
    ///
    /// # Errors
    /// If the invoice isn't open, or the customer's card is declined.
    pub async fn pay_invoice_in(&self, invoice: &str, amounts: &[i64]) -> Result<Value, Failure> {
        self.post(&format!("invoices/{invoice}/pay_in_parts"), &json!({ "amounts": amounts })).await
    }

    /// Posts parameters to Stripe's API, as the merchant may in the dashboard or with another program.
    ///
    /// # Errors
    /// If Stripe refuses.
    pub async fn call(&self, path: &str, params: &[(&str, &str)], endpoints: &Endpoints) -> Result<Value, Failure> {
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(params).finish();
        let url = format!("{}{path}", endpoints.stripe_api_base);
        let request = self.client.post(&url).bearer_auth(&endpoints.stripe_secret_key);
        let response = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form).send().await?;
        let status = response.status();
        let body = response.text().await?;
        if !status.is_success() {
            return Err(Failure::Status { method: Method::POST, url, status: status.as_u16(), body });
        }
        serde_json::from_str(&body).map_err(|error| Failure::Unexpected(error.to_string()))
    }

    /// Deletes a customer, as the merchant may in the dashboard. Their subscriptions end at once.
    ///
    /// # Errors
    /// If there is no such customer, or it was deleted.
    pub async fn delete_customer(&self, customer: &str, endpoints: &Endpoints) -> Result<(), Failure> {
        let url = format!("{}/v1/customers/{customer}", endpoints.stripe_api_base);
        self.client.delete(url).bearer_auth(&endpoints.stripe_secret_key).send().await?.error_for_status()?;
        Ok(())
    }

    /// Holds deliveries, or stops holding new ones.
    ///
    /// # Errors
    /// If the stand-in doesn't answer.
    pub async fn hold(&self, hold: bool) -> Result<(), Failure> {
        self.post("deliveries/settings", &json!({ "hold": hold })).await.map(drop)
    }

    /// Drops the deliveries of events from now on, as if they got lost, or delivers again.
    ///
    /// # Errors
    /// If the stand-in doesn't answer.
    pub async fn lose(&self, lose: bool) -> Result<(), Failure> {
        self.post("deliveries/settings", &json!({ "drop_new": lose })).await.map(drop)
    }

    /// Drops all deliveries that are left, as Stripe gives up after days.
    ///
    /// # Errors
    /// If the stand-in doesn't answer.
    pub async fn give_up(&self) -> Result<(), Failure> {
        self.delete("deliveries").await.map(drop)
    }

    /// Follows the recovery link of an expired session as the customer. Returns the new session's id.
    ///
    /// # Errors
    /// If the session has no recovery link, or the link has expired.
    pub async fn recover(&self, session: &str) -> Result<String, Failure> {
        let link = self.object(session).await?["after_expiration"]["recovery"]["url"].take();
        let link = link.as_str().ok_or_else(|| Failure::Unexpected(format!("{session} has no link")))?;
        self.client.get(link).send().await?.error_for_status()?;
        let copy = self.list("checkout.session").await?.into_iter().find(|copy| copy["recovered_from"] == session);
        let id = copy.as_ref().and_then(|copy| copy["id"].as_str());
        id.map(str::to_owned).ok_or_else(|| Failure::Unexpected(format!("{session} has no copy")))
    }

    /// Saves the settings of the billing portal, as the merchant does once in the dashboard.
    ///
    /// # Errors
    /// If the stand-in doesn't answer.
    pub async fn save_portal_settings(&self) -> Result<(), Failure> {
        self.post("portal/settings", &json!({})).await.map(drop)
    }

    /// Repeats an event as one of an account that is connected to this one.
    ///
    /// # Errors
    /// If there is no such event.
    pub async fn tell_for_account(&self, event: &str, account: &str) -> Result<(), Failure> {
        self.post(&format!("events/{event}/for_account"), &json!({ "account": account })).await.map(drop)
    }

    /// Sends a thin event, such as `v2.core.event_destination.ping`.
    ///
    /// # Errors
    /// If the stand-in doesn't answer.
    pub async fn tell_thin(&self, kind: &str, related_object: &str) -> Result<(), Failure> {
        self.post("events/thin", &json!({ "type": kind, "related_object": related_object })).await.map(drop)
    }

    /// Makes every new event be delivered this many times.
    ///
    /// # Errors
    /// If the stand-in doesn't answer.
    pub async fn copies(&self, copies: u32) -> Result<(), Failure> {
        self.post("deliveries/settings", &json!({ "copies": copies })).await.map(drop)
    }

    /// Sets how many deliveries are sent at once.
    ///
    /// # Errors
    /// If the stand-in doesn't answer.
    pub async fn concurrency(&self, concurrency: usize) -> Result<(), Failure> {
        self.post("deliveries/settings", &json!({ "concurrency": concurrency })).await.map(drop)
    }

    /// Sets the secrets with which deliveries are signed.
    ///
    /// # Errors
    /// If the stand-in doesn't answer.
    pub async fn sign_with(&self, secrets: &[&str]) -> Result<(), Failure> {
        self.post("deliveries/settings", &json!({ "secrets": secrets })).await.map(drop)
    }

    /// Releases held deliveries in an order.
    ///
    /// # Errors
    /// If the stand-in doesn't answer.
    pub async fn release(&self, order: Order) -> Result<(), Failure> {
        let order = match order {
            Order::AsCreated => json!("as_created"),
            Order::Reversed => json!("reversed"),
            Order::Shuffled(seed) => json!({ "shuffled": seed }),
        };
        self.post("deliveries/release", &json!({ "order": order })).await.map(drop)
    }

    /// Delivers an event again.
    ///
    /// # Errors
    /// If there is no such event.
    pub async fn deliver_again(&self, event: &str) -> Result<(), Failure> {
        self.post(&format!("events/{event}/deliver"), &json!({})).await.map(drop)
    }

    /// Waits until no delivery is left.
    ///
    /// # Errors
    /// If one is left after a minute.
    pub async fn idle(&self) -> Result<(), Failure> {
        let idle = self.get(&format!("idle?timeout_ms={IDLE_TIMEOUT_MS}")).await?;
        if idle["idle"] == true {
            return Ok(());
        }
        Err(Failure::Unexpected(format!("Stripe still has deliveries to make: {idle}")))
    }

    /// Returns all events, oldest first.
    ///
    /// # Errors
    /// If the stand-in doesn't answer.
    pub async fn events(&self) -> Result<Vec<Value>, Failure> {
        Ok(self.get("events").await?.as_array().cloned().unwrap_or_default())
    }

    /// Returns all deliveries with their answers.
    ///
    /// # Errors
    /// If the stand-in doesn't answer.
    pub async fn deliveries(&self) -> Result<Vec<Value>, Failure> {
        Ok(self.get("deliveries").await?.as_array().cloned().unwrap_or_default())
    }

    /// Returns an object by its id.
    ///
    /// # Errors
    /// If there is no such object.
    pub async fn object(&self, id: &str) -> Result<Value, Failure> {
        self.get(&format!("objects/{id}")).await
    }

    /// Returns all objects of a kind, newest first: `checkout.session`, `subscription`, …
    ///
    /// # Errors
    /// If the stand-in doesn't answer.
    pub async fn list(&self, kind: &str) -> Result<Vec<Value>, Failure> {
        Ok(self.get(&format!("list/{kind}")).await?.as_array().cloned().unwrap_or_default())
    }

    /// Makes coming API requests fail as a fault of the stand-ins describes.
    ///
    /// # Errors
    /// If the stand-in refuses the fault.
    pub async fn fault(&self, fault: &Value) -> Result<(), Failure> {
        self.post("faults", fault).await.map(drop)
    }

    /// Removes all faults.
    ///
    /// # Errors
    /// If the stand-in doesn't answer.
    pub async fn clear_faults(&self) -> Result<(), Failure> {
        self.delete("faults").await.map(drop)
    }
}

/// Returns the `PaymentIntent` that a client secret belongs to: `pi_…_secret_…`.
pub fn intent_of(client_secret: &str) -> &str {
    client_secret.split("_secret_").next().unwrap_or_default()
}
