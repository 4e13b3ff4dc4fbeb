//! The route of Stripe's deliveries: verifies, decodes and records each.
//!
//! The status is an instruction to Stripe: 2xx ends the delivery, anything else has it repeated for three days
//! (<https://docs.stripe.com/webhooks#retries>). So the answer is 5xx only where a repeat can succeed.

use lambda_http::http::{Method, StatusCode};
use pledge_application::record_stripe_event::{RecordError, RecordStripeEvent};
use pledge_domain::{
    decide::{NOT_OURS, OF_ANOTHER_DEPLOYMENT, Outcome, Recorded},
    ids::{InvoiceId, PaymentIntentId, SessionId, SubscriptionId},
    ports::{Clock, Publisher, StripeEventStore},
    stripe::{Fact, StripeEvent},
};
use pledge_http_api::{ApiError, Body, Request, Response, Routes, answer, body, route, telemetry};
use pledge_runtime::{Metric, Metrics};
use pledge_stripe_events::{
    Endpoint, OF_CONNECTED_ACCOUNT, Secrets, SignatureError, TOLERANCE, ThinEvent, decode, signed_by, thin, verify,
};

use crate::output::ReceivedEvent;

/// The endpoint of this function.
pub struct Handler<Store, Queue, System> {
    /// Records the event.
    pub record: RecordStripeEvent<Store, Queue>,
    /// The signing secrets and the API version with which the endpoint is registered at Stripe.
    pub endpoint: Endpoint,
    /// The time.
    pub system: System,
    /// Business metrics.
    pub metrics: Metrics,
}

/// The longest body that is accepted, in bytes: far above any event that Stripe sends.
const MAX_EVENT: usize = 1024 * 1024;

impl<Store: StripeEventStore, Queue: Publisher, System: Clock> Routes for Handler<Store, Queue, System> {
    async fn route(&self, request: &Request) -> Result<Response<Body>, ApiError> {
        match (request.method(), route::segments(request).as_slice()) {
            (&Method::POST, [.., "webhooks", "stripe"]) => self.receive(request).await,
            _ => Err(route::unknown()),
        }
    }
}

impl<Store: StripeEventStore, Queue: Publisher, System: Clock> Handler<Store, Queue, System> {
    async fn receive(&self, request: &Request) -> Result<Response<Body>, ApiError> {
        let bytes = self.verified(request).await?;
        let event = match decode(bytes) {
            Ok(event) => event,
            Err(error) => {
                if let Some(event) = thin(bytes) {
                    return self.answer_thin(&event, request, bytes);
                }
                tracing::error!(%error, "a signed body is not an event");
                return Err(refused("INVALID_EVENT", "The body is not a Stripe event."));
            }
        };
        let now = self.system.now();
        let processed = match self.record.run(&event, now).await {
            Ok(processed) => processed,
            Err(RecordError::WrongMode) => {
                self.metrics.count(Metric::LivemodeMismatches, &[]);
                let (event, livemode) = (&event.id, event.livemode);
                tracing::warn!(%event, livemode, "an event of the other mode, live or test, was refused");
                return Err(refused("LIVEMODE_MISMATCH", "The event's livemode is not that of this endpoint."));
            }
            Err(RecordError::Store(error)) => {
                self.metrics.count(Metric::WebhookEvents, &[("Outcome", "failed")]);
                return Err(error.into());
            }
        };
        telemetry::published(&self.metrics, &processed.queued);
        self.note(&event, &processed.recorded);
        answer::json(StatusCode::OK, &ReceivedEvent { received: true, outcome: outcome_name(&processed.recorded) })
    }

    /// Checks the signature, and checks it again if other secrets were stored since the present ones were read. Signatures
    /// that match nothing, such as a stranger's, cause at most one read of the secrets in ten seconds.
    async fn check_signature(&self, bytes: &[u8], header: &str) -> Result<(), SignatureError> {
        let check = |secrets: &Secrets| verify(bytes, header, secrets, TOLERANCE, self.system.now());
        let used = self.endpoint.secrets.current();
        match check(&used) {
            Err(SignatureError::NoMatch) if self.endpoint.secrets.renew(&used).await => {
                check(&self.endpoint.secrets.current())
            }
            checked => checked,
        }
    }

    /// Measures and logs the outcome of an event.
    pub(crate) fn note(&self, event: &StripeEvent, recorded: &Recorded) {
        self.measure(event, recorded);
        log(event, recorded);
    }

    fn measure(&self, event: &StripeEvent, recorded: &Recorded) {
        if let (Recorded::Now { .. }, Fact::Dispute(dispute)) = (recorded, &event.fact)
            && event.kind == "charge.dispute.created"
        {
            self.metrics.count(Metric::DisputesOpened, &[]);
            let evidence_due = dispute.evidence_due.map(|due| due.to_string());
            tracing::warn!(
                dispute = %dispute.dispute,
                payment = %dispute.payment_intent,
                evidence_due,
                "a payment is disputed"
            );
        }
        self.metrics.count(Metric::WebhookEvents, &[("Outcome", outcome_name(recorded))]);
        if event.fact == (Fact::Ignored { reason: OF_CONNECTED_ACCOUNT }) {
            self.metrics.count(Metric::ConnectedAccountEvents, &[]);
        }
        if let Recorded::Now { outcome: Outcome::Ignored { reason }, .. } = recorded
            && [NOT_OURS, OF_ANOTHER_DEPLOYMENT].contains(reason)
        {
            self.metrics.count(Metric::EventsNotOurs, &[("Kind", &event.kind)]);
            if *reason == NOT_OURS && event.kind == "customer.subscription.created" {
                self.metrics.count(Metric::SubscriptionsNotOurs, &[]);
            }
        }
        if let Recorded::Now { announcements, .. } = recorded {
            for new in announcements {
                self.metrics.count(Metric::Announcements, &[("Kind", new.kind.name())]);
            }
        }
        if let Some(version) = event.api_version.as_deref().filter(|version| *version != self.endpoint.api_version) {
            self.metrics.count(Metric::ApiVersionDrift, &[("ApiVersion", version)]);
        }
    }

    /// Returns the body, if Stripe signed exactly these bytes within the tolerance. No part of the body is parsed before
    /// that is known.
    ///
    /// # Errors
    /// [`ApiError`], 400 `INVALID_SIGNATURE`, or if the body is too long.
    async fn verified<'a>(&self, request: &'a Request) -> Result<&'a [u8], ApiError> {
        let bytes = body::bytes(request, MAX_EVENT)?;
        if let Err(error) = self.check_signature(bytes, signature(request)).await {
            self.metrics.count(Metric::SignatureFailures, &[]);
            tracing::warn!(%error, "a delivery without a valid signature");
            return Err(refused("INVALID_SIGNATURE", "The Stripe-Signature header does not match the body."));
        }
        Ok(bytes)
    }

    /// Answers a thin event, which has no object (<https://docs.stripe.com/event-destinations#thin-events>): a ping with
    /// 200, anything else with 400 and a message that says how to set the event destination. The event doesn't name its
    /// destination, so the answer says which signing secret matched.
    fn answer_thin(&self, event: &ThinEvent, request: &Request, body: &[u8]) -> Result<Response<Body>, ApiError> {
        let secret =
            signed_by(body, signature(request), &self.endpoint.secrets.current()).unwrap_or_default().to_string();
        let ThinEvent { id, kind, destination } = event;
        if event.is_ping() {
            tracing::info!(event = id, destination, secret, "a destination was tried out");
            return answer::json(StatusCode::OK, &ReceivedEvent { received: true, outcome: "ping" });
        }
        self.metrics.count(Metric::ThinEvents, &[("Secret", &secret)]);
        tracing::error!(event = id, kind, secret, "a thin event: its destination must send snapshots");
        let message = format!(
            "This is a thin event, which names an object and does not have it. Set the event destination to send \
             snapshots; its signing secret is number {secret} of this endpoint's."
        );
        Err(refused("THIN_EVENT", &message))
    }
}

fn signature(request: &Request) -> &str {
    request.headers().get("stripe-signature").and_then(|value| value.to_str().ok()).unwrap_or_default()
}

fn refused(code: &'static str, message: &str) -> ApiError {
    ApiError::Refused { status: StatusCode::BAD_REQUEST, code, message: message.to_owned() }
}

fn outcome_name(recorded: &Recorded) -> &'static str {
    match recorded {
        Recorded::Now { outcome, .. } => outcome.name(),
        Recorded::Before => "duplicate",
    }
}

fn log(event: &StripeEvent, recorded: &Recorded) {
    let (id, kind, outcome) = (event.id.as_str(), event.kind.as_str(), outcome_name(recorded));
    // The line has the ids of the objects that the event is about, so that a search for one of them finds it.
    let about = event.fact.lookup();
    let preorder = about.preorder.map(|id| id.to_string());
    let session = about.session.as_ref().map(SessionId::as_str);
    let payment = about.payment_intent.as_ref().map(PaymentIntentId::as_str);
    let subscription = about.subscription.as_ref().map(SubscriptionId::as_str);
    let invoice = about.invoice.as_ref().map(InvoiceId::as_str);
    match recorded {
        Recorded::Now { outcome: Outcome::Parked { reason }, .. } => {
            tracing::error!(
                event = id,
                kind,
                outcome,
                reason,
                preorder,
                session,
                payment,
                subscription,
                invoice,
                "an event waits for a person"
            );
        }
        Recorded::Now { outcome: Outcome::Applied | Outcome::Ignored { .. }, .. } | Recorded::Before => {
            tracing::info!(
                event = id,
                kind,
                outcome,
                preorder,
                session,
                payment,
                subscription,
                invoice,
                "an event was recorded"
            );
        }
    }
}
