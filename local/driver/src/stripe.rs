//! The Stripe stand-in: what customers, banks and the network do there.

use pledge_local::Endpoints;
use reqwest::{Client, Method, header::CONTENT_TYPE};
use serde_json::{Value, json};
use url::form_urlencoded;

use crate::failure::{Failure, control};

/// The Stripe stand-in's controls.
#[derive(Debug, Clone)]
pub struct Stripe {
    client: Client,
    base: String,
}

/// In which order held deliveries are let go.
#[derive(Debug, Clone, Copy)]
pub enum Order {
    /// The order in which they were made.
    AsCreated,
    /// The last one first.
    Reversed,
    /// Mixed by this seed.
    Shuffled(u64),
}

/// How long to wait for Stripe to be through with its deliveries, retries included.
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

    /// Pays in a session, `how` as the stand-in's control takes it; `{}` pays by card.
    ///
    /// # Errors
    /// If the session can't be paid in.
    pub async fn pay(&self, session: &str, how: &Value) -> Result<Value, Failure> {
        self.post(&format!("checkout/sessions/{session}/pay"), how).await
    }

    /// Opens a session with these parameters, as another program of the merchant's may through Stripe's API.
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

    /// Lets a delayed payment succeed or fail.
    ///
    /// # Errors
    /// If none is on its way.
    pub async fn settle(&self, session: &str, paid: bool) -> Result<Value, Failure> {
        self.post(&format!("checkout/sessions/{session}/settle"), &json!({ "paid": paid })).await
    }

    /// Sends money back, all of it unless an amount in minor units is given.
    ///
    /// # Errors
    /// If there is nothing to send back.
    pub async fn refund(&self, payment_intent: &str, amount: Option<i64>) -> Result<Value, Failure> {
        self.post(&format!("payment_intents/{payment_intent}/refund"), &json!({ "amount": amount })).await
    }

    /// Sends money back as the stand-in's control takes it: `{"status": "pending"}` begins a refund that takes days.
    ///
    /// # Errors
    /// If there is nothing to send back.
    pub async fn refund_as(&self, payment_intent: &str, how: &Value) -> Result<Value, Failure> {
        self.post(&format!("payment_intents/{payment_intent}/refund"), how).await
    }

    /// Moves a refund on: `succeeded`, `failed` or `canceled`.
    ///
    /// # Errors
    /// If it is over.
    pub async fn set_refund(&self, refund: &str, status: &str) -> Result<Value, Failure> {
        self.post(&format!("refunds/{refund}/status"), &json!({ "status": status })).await
    }

    /// Disputes a payment as the card's holder, `how` as the stand-in's control takes it: `{}` disputes all of it.
    ///
    /// # Errors
    /// If it has not been paid.
    pub async fn dispute(&self, payment_intent: &str, how: &Value) -> Result<Value, Failure> {
        self.post(&format!("payment_intents/{payment_intent}/dispute"), how).await
    }

    /// Moves a dispute on: `under_review`, `won`, `lost`, …
    ///
    /// # Errors
    /// If it stands so already.
    pub async fn set_dispute(&self, dispute: &str, status: &str) -> Result<Value, Failure> {
        self.post(&format!("disputes/{dispute}/status"), &json!({ "status": status })).await
    }

    /// Pays with a test card such as `pm_card_visa`, as Stripe.js does with a client secret in the reader's browser.
    ///
    /// # Errors
    /// If Stripe refuses, also for a card that is declined.
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

    /// Gives a customer another card, for the renewals to come.
    ///
    /// # Errors
    /// If there is no such customer.
    pub async fn replace_card(&self, customer: &str, card: &str) -> Result<(), Failure> {
        self.post(&format!("customers/{customer}/card"), &json!({ "payment_method": card })).await.map(drop)
    }

    /// Finishes or fails a 3-D Secure authentication.
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

    /// Changes the account's billing settings, as the stand-in's control takes them: `{"draft_seconds": 0}` charges
    /// renewals at once, `{"after_retries": "mark_unpaid"}` keeps subscriptions that nobody pays. What isn't said has
    /// Stripe's default.
    ///
    /// # Errors
    /// If a setting isn't understood.
    pub async fn billing(&self, settings: &Value) -> Result<(), Failure> {
        self.post("billing/settings", settings).await.map(drop)
    }

    /// Pays an open invoice as the customer in these parts, each by a payment of its own.
    ///
    /// # Errors
    /// If the invoice isn't open, or the customer's card refuses.
    pub async fn pay_invoice_in(&self, invoice: &str, amounts: &[i64]) -> Result<Value, Failure> {
        self.post(&format!("invoices/{invoice}/pay_in_parts"), &json!({ "amounts": amounts })).await
    }

    /// Calls Stripe's API as the merchant does, in the dashboard or from another program: `POST` with parameters.
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

    /// Deletes a customer, as the merchant may in the dashboard: their subscriptions end at once.
    ///
    /// # Errors
    /// If there is no such customer, or not any more.
    pub async fn delete_customer(&self, customer: &str, endpoints: &Endpoints) -> Result<(), Failure> {
        let url = format!("{}/v1/customers/{customer}", endpoints.stripe_api_base);
        self.client.delete(url).bearer_auth(&endpoints.stripe_secret_key).send().await?.error_for_status()?;
        Ok(())
    }

    /// Holds deliveries back, or lets new ones go at once again.
    ///
    /// # Errors
    /// If the stand-in doesn't answer.
    pub async fn hold(&self, hold: bool) -> Result<(), Failure> {
        self.post("deliveries/settings", &json!({ "hold": hold })).await.map(drop)
    }

    /// Delivers nothing of what happens from now on, or delivers again: events get lost between Stripe and the endpoint.
    ///
    /// # Errors
    /// If the stand-in doesn't answer.
    pub async fn lose(&self, lose: bool) -> Result<(), Failure> {
        self.post("deliveries/settings", &json!({ "drop_new": lose })).await.map(drop)
    }

    /// Switches all webhook endpoints off, or on again.
    ///
    /// # Errors
    /// If the stand-in doesn't answer.
    pub async fn disable_endpoints(&self, disabled: bool) -> Result<(), Failure> {
        self.post("deliveries/settings", &json!({ "disabled": disabled })).await.map(drop)
    }

    /// Gives up what is still to be delivered, as Stripe does after days.
    ///
    /// # Errors
    /// If the stand-in doesn't answer.
    pub async fn give_up(&self) -> Result<(), Failure> {
        self.delete("deliveries").await.map(drop)
    }

    /// The customer follows the link with which an expired session is gone on with. Returns the new session's id.
    ///
    /// # Errors
    /// If the session has no such link, or not any more.
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

    /// Tells an event once more as one of an account that is connected to this one.
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

    /// Delivers every event that often.
    ///
    /// # Errors
    /// If the stand-in doesn't answer.
    pub async fn copies(&self, copies: u32) -> Result<(), Failure> {
        self.post("deliveries/settings", &json!({ "copies": copies })).await.map(drop)
    }

    /// Delivers that many events at once from now on.
    ///
    /// # Errors
    /// If the stand-in doesn't answer.
    pub async fn concurrency(&self, concurrency: usize) -> Result<(), Failure> {
        self.post("deliveries/settings", &json!({ "concurrency": concurrency })).await.map(drop)
    }

    /// Signs deliveries with these secrets from now on.
    ///
    /// # Errors
    /// If the stand-in doesn't answer.
    pub async fn sign_with(&self, secrets: &[&str]) -> Result<(), Failure> {
        self.post("deliveries/settings", &json!({ "secrets": secrets })).await.map(drop)
    }

    /// Lets held deliveries go.
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

    /// Delivers an event once more.
    ///
    /// # Errors
    /// If there is no such event.
    pub async fn deliver_again(&self, event: &str) -> Result<(), Failure> {
        self.post(&format!("events/{event}/deliver"), &json!({})).await.map(drop)
    }

    /// Waits until nothing is left to deliver.
    ///
    /// # Errors
    /// If something is left after a minute.
    pub async fn idle(&self) -> Result<(), Failure> {
        let idle = self.get(&format!("idle?timeout_ms={IDLE_TIMEOUT_MS}")).await?;
        if idle["idle"] == true {
            return Ok(());
        }
        Err(Failure::Unexpected(format!("Stripe still has deliveries to make: {idle}")))
    }

    /// Returns the events so far, oldest first.
    ///
    /// # Errors
    /// If the stand-in doesn't answer.
    pub async fn events(&self) -> Result<Vec<Value>, Failure> {
        Ok(self.get("events").await?.as_array().cloned().unwrap_or_default())
    }

    /// Returns the deliveries so far, with their answers.
    ///
    /// # Errors
    /// If the stand-in doesn't answer.
    pub async fn deliveries(&self) -> Result<Vec<Value>, Failure> {
        Ok(self.get("deliveries").await?.as_array().cloned().unwrap_or_default())
    }

    /// Returns any object by its id.
    ///
    /// # Errors
    /// If there is none.
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

    /// Makes coming API requests fail, as the stand-ins' faults describe.
    ///
    /// # Errors
    /// If the fault isn't understood.
    pub async fn fault(&self, fault: &Value) -> Result<(), Failure> {
        self.post("faults", fault).await.map(drop)
    }

    /// Takes all faults away.
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
