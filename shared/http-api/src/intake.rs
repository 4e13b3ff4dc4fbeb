//! Receiving the preorder form: at `POST /preorders`, and at `POST /checkout` if the request names no preorder.

use lambda_http::Request;
use pledge_application::{
    initiate_preorder::{InitiatePreorder, Request as Form},
    recent_refusals::RecentRefusals,
};
use pledge_domain::{
    ports::{AppVerifier, Clock, IdentityProvider, PreorderStore, Publisher, Randomness, TokenVerifier},
    preorder::{Catalogue, Preorder, PreorderForm},
};
use pledge_runtime::{Metric, Metrics};

use crate::{
    app_check::AppCheck, auth, body, config::IntakeConfig, error::ApiError, fields::Fields, idempotency,
    proxies::TrustedProxies, telemetry,
};

/// Everything that is needed to store the preorder of a request.
pub struct PreorderIntake<Store, Identity, Queue, Verifier, System> {
    /// Stores the preorder.
    pub initiate: InitiatePreorder<Store, Identity, Queue>,
    /// Checks who is signed in.
    pub verifier: Verifier,
    /// The colours that can be ordered.
    pub catalogue: Catalogue,
    /// Time and randomness.
    pub system: System,
    /// Business metrics.
    pub metrics: Metrics,
    /// Whether requests need a valid App Check token.
    pub app_check: AppCheck,
    /// The proxies of our own before API Gateway, from whose number follows which address is the request's source.
    pub proxies: TrustedProxies,
}

/// The parts of an intake, besides its configuration and the catalogue.
pub struct IntakePorts<Store, Identity, Queue, Verifier, System> {
    /// The store of preorders.
    pub store: Store,
    /// Finds or makes the account of somebody who didn't sign in.
    pub identity: Identity,
    /// Tells the sender about announcements.
    pub queue: Queue,
    /// Checks who is signed in, and which app sends a request.
    pub verifier: Verifier,
    /// Time and randomness.
    pub system: System,
    /// Business metrics.
    pub metrics: Metrics,
}

/// The stored preorder of a form.
pub struct Received {
    /// The preorder as it is stored.
    pub preorder: Preorder,
    /// Whether the request was signed in. If it wasn't, the response mustn't name the preorder's owner.
    pub is_signed_in: bool,
}

impl<Store, Identity, Queue, Verifier, System> PreorderIntake<Store, Identity, Queue, Verifier, System> {
    /// Makes an intake that takes orders of what is in the catalogue.
    #[must_use]
    pub fn new(
        config: IntakeConfig,
        catalogue: Catalogue,
        ports: IntakePorts<Store, Identity, Queue, Verifier, System>,
    ) -> Self {
        let IntakeConfig { limits, app_check, proxies } = config;
        let IntakePorts { store, identity, queue, verifier, system, metrics } = ports;
        let initiate = InitiatePreorder { store, identity, queue, limits, refused: RecentRefusals::default() };
        Self { initiate, verifier, catalogue, system, metrics, app_check, proxies }
    }
}

impl<Store, Identity, Queue, Verifier, System> PreorderIntake<Store, Identity, Queue, Verifier, System>
where
    Store: PreorderStore,
    Identity: IdentityProvider,
    Queue: Publisher,
    Verifier: TokenVerifier + AppVerifier,
    System: Clock + Randomness,
{
    /// Checks whether the request comes from an app of ours.
    ///
    /// # Errors
    /// Those of [`AppCheck::check`].
    pub async fn check_app(&self, request: &Request) -> Result<(), ApiError> {
        self.app_check.check(request, &self.verifier, &self.metrics, self.system.now()).await
    }

    /// Stores the preorder that the request's fields describe, and returns it. The request needn't be signed in, but an
    /// invalid token is refused.
    ///
    /// # Errors
    /// [`ApiError`]; then nothing was stored.
    pub async fn receive(&self, request: &Request, mut fields: Fields) -> Result<Received, ApiError> {
        let in_field = idempotency::field(&mut fields)?;
        let parsed = PreorderForm::parse(&mut fields, &self.catalogue);
        let form = fields.check(parsed)?;
        let idempotency_key = idempotency::key(request)?.or(in_field);
        let signed_in = auth::signed_in(request, &self.verifier, self.system.now()).await?;
        let is_signed_in = signed_in.is_some();
        let (is_plain_form, source) = (body::is_html_form(request), self.proxies.source(request));
        let form = Form { form, signed_in, idempotency_key, is_plain_form, source };
        let initiated = self.initiate.run(form, self.system.uuid(), self.system.now()).await?;
        self.metrics.count(Metric::PreordersInitiated, &[]);
        if initiated.preorder.user_id.is_none() {
            self.metrics.count(Metric::OwnersUnknown, &[]);
        }
        telemetry::published(&self.metrics, &initiated.queued);
        tracing::info!(preorder = %initiated.preorder.id, "a preorder was stored");
        Ok(Received { preorder: initiated.preorder, is_signed_in })
    }
}
