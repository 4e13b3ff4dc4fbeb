//! The preorder form as an endpoint takes it: at `POST /preorders`, and at `POST /checkout` if no preorder is named.

use lambda_http::Request;
use pledge_application::initiate_preorder::{InitiatePreorder, Request as Form};
use pledge_domain::{
    ports::{AppVerifier, Clock, IdentityProvider, PreorderStore, Publisher, Randomness, TokenVerifier},
    preorder::{Catalogue, Preorder, PreorderForm},
};
use pledge_runtime::{Metric, Metrics};

use crate::{
    app_check::AppCheck, auth, body, error::ApiError, fields::Fields, idempotency, proxies::TrustedProxies, telemetry,
};

/// Everything that turns a request into a stored preorder.
pub struct PreorderIntake<Store, Identity, Queue, Verifier, System> {
    /// Stores the preorder.
    pub initiate: InitiatePreorder<Store, Identity, Queue>,
    /// Checks who is signed in.
    pub verifier: Verifier,
    /// What can be ordered.
    pub catalogue: Catalogue,
    /// Time and randomness.
    pub system: System,
    /// Business metrics.
    pub metrics: Metrics,
    /// What becomes of requests that come from no app of ours.
    pub app_check: AppCheck,
    /// What stands between API Gateway and its callers.
    pub proxies: TrustedProxies,
}

/// A form that became a preorder.
pub struct Received {
    /// The preorder as it is stored.
    pub preorder: Preorder,
    /// Whether somebody proved who they are. Whoever didn't may not be told whose preorder it is.
    pub is_signed_in: bool,
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
    /// As those of [`AppCheck::check`].
    pub async fn check_app(&self, request: &Request) -> Result<(), ApiError> {
        self.app_check.check(request, &self.verifier, &self.metrics, self.system.now()).await
    }

    /// Stores the preorder that the request's fields describe. Who is signed in is optional; a wrong token isn't.
    ///
    /// # Errors
    /// [`ApiError`]; nothing was stored then.
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
