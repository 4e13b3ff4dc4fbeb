//! From requests to the use case and back.

use lambda_http::http::{Method, StatusCode};
use pledge_domain::{
    ids::PreorderId,
    ports::{Clock, IdentityProvider, PreorderStore, Publisher, Randomness, TokenVerifier},
};
use pledge_http_api::{
    ApiError, Body, Request, Response, Routes, answer, body, fields::Fields, intake::PreorderIntake, route,
};

use crate::output::{InitiatedPreorder, PublicPreorder};

/// The endpoints of this function.
pub struct Handler<Store, Identity, Queue, Verifier, System> {
    /// Turns forms into preorders.
    pub intake: PreorderIntake<Store, Identity, Queue, Verifier, System>,
}

impl<Store, Identity, Queue, Verifier, System> Routes for Handler<Store, Identity, Queue, Verifier, System>
where
    Store: PreorderStore,
    Identity: IdentityProvider,
    Queue: Publisher,
    Verifier: TokenVerifier,
    System: Clock + Randomness,
{
    async fn route(&self, request: &Request) -> Result<Response<Body>, ApiError> {
        match (request.method(), route::segments(request).as_slice()) {
            (&Method::POST, [.., "preorders"]) => self.initiate(request).await,
            (&Method::GET, [.., "preorders", id]) => self.show(id).await,
            _ => Err(route::unknown()),
        }
    }
}

impl<Store, Identity, Queue, Verifier, System> Handler<Store, Identity, Queue, Verifier, System>
where
    Store: PreorderStore,
    Identity: IdentityProvider,
    Queue: Publisher,
    Verifier: TokenVerifier,
    System: Clock + Randomness,
{
    async fn initiate(&self, request: &Request) -> Result<Response<Body>, ApiError> {
        let preorder = self.intake.receive(request, Fields::new(body::object(request)?)).await?;
        answer::json(StatusCode::CREATED, &InitiatedPreorder::from(preorder))
    }

    async fn show(&self, id: &str) -> Result<Response<Body>, ApiError> {
        let unknown = || ApiError::not_found("PREORDER_NOT_FOUND", "There is no preorder with this id.");
        let id = PreorderId::parse(id).map_err(|_| unknown())?;
        let preorder = self.intake.initiate.store.find(id).await?.ok_or_else(unknown)?;
        answer::json(StatusCode::OK, &PublicPreorder::from(preorder))
    }
}
