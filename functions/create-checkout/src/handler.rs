//! The routes: each parses a request, runs a use case and writes the response.

use lambda_http::http::{Method, StatusCode};
use pledge_application::{create_checkout::CreateCheckout, find_preorder::FindPreorder, show_catalogue::ShowCatalogue};
use pledge_domain::{
    fields::{FieldErrors, FormFields},
    ids::PreorderId,
    ports::{
        AppVerifier, CheckoutGateway, Clock, IdentityProvider, PreorderStore, PriceGateway, Publisher, Randomness,
        TokenVerifier,
    },
    preorder::Preorder,
};
use pledge_http_api::{
    ApiError, Body, Request, Response, Routes, answer, body, fields::Fields, idempotency, intake::PreorderIntake, route,
};
use pledge_runtime::Metric;

use crate::output::{Checkout, ShopCatalogue};

/// The seconds for which browsers and caches may keep the catalogue.
const CATALOGUE_MAX_AGE: u32 = 60;

/// The endpoints of this function.
pub struct Handler<Store, Identity, Queue, Gateway, Verifier, System> {
    /// Stores the preorder of a request that has the whole form.
    pub intake: PreorderIntake<Store, Identity, Queue, Verifier, System>,
    /// Finds the preorder that a request names.
    pub find: FindPreorder<Store>,
    /// Opens the session.
    pub checkout: CreateCheckout<Store, Identity, Gateway>,
    /// Lists the colours that can be ordered, with prices.
    pub catalogue: ShowCatalogue<Gateway>,
}

impl<Store, Identity, Queue, Gateway, Verifier, System> Routes
    for Handler<Store, Identity, Queue, Gateway, Verifier, System>
where
    Store: PreorderStore,
    Identity: IdentityProvider,
    Queue: Publisher,
    Gateway: CheckoutGateway + PriceGateway,
    Verifier: TokenVerifier + AppVerifier,
    System: Clock + Randomness,
{
    async fn route(&self, request: &Request) -> Result<Response<Body>, ApiError> {
        match (request.method(), route::segments(request).as_slice()) {
            (&Method::GET, [.., "catalogue"]) => self.show_catalogue(request).await,
            (&Method::POST, [.., "checkout"]) => self.open(request).await,
            _ => Err(route::unknown()),
        }
    }
}

impl<Store, Identity, Queue, Gateway, Verifier, System> Handler<Store, Identity, Queue, Gateway, Verifier, System>
where
    Store: PreorderStore,
    Identity: IdentityProvider,
    Queue: Publisher,
    Gateway: CheckoutGateway + PriceGateway,
    Verifier: TokenVerifier + AppVerifier,
    System: Clock + Randomness,
{
    async fn show_catalogue(&self, request: &Request) -> Result<Response<Body>, ApiError> {
        let offers = self.catalogue.run(self.intake.system.now()).await?;
        answer::cacheable(request, &ShopCatalogue::new(offers, &self.catalogue.policy), CATALOGUE_MAX_AGE)
    }

    async fn open(&self, request: &Request) -> Result<Response<Body>, ApiError> {
        self.intake.check_app(request).await?;
        let preorder = self.preorder(request).await?;
        let id = preorder.id;
        let session = self.checkout.run(preorder, self.intake.system.now()).await?;
        self.intake.metrics.count(Metric::CheckoutsOpened, &[]);
        tracing::info!(preorder = %id, session = session.id.as_str(), "a checkout session is open");
        if body::is_html_form(request) {
            return answer::see_other(&session.url);
        }
        answer::json(StatusCode::OK, &Checkout { url: session.url, session_id: session.id, preorder_id: id })
    }

    /// Returns the preorder that the request names, or the one that is made from its form.
    async fn preorder(&self, request: &Request) -> Result<Preorder, ApiError> {
        let mut fields = Fields::new(body::object(request)?);
        if let Some(id) = fields.text("preorderId") {
            // A stored preorder needs no idempotency key, but a page may send one with all its forms. The key is checked
            // and not used.
            idempotency::key(request)?;
            fields.text(idempotency::FIELD);
            let id = PreorderId::parse(&id).map_err(|_| FieldErrors::one("preorderId", "must be a UUID"));
            return Ok(self.find.run(fields.check(id)?).await?);
        }
        Ok(self.intake.receive(request, fields).await?.preorder)
    }
}
