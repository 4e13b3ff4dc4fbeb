//! From requests to the use case and back.

use lambda_http::http::{Method, StatusCode};
use pledge_application::users::Users;
use pledge_domain::{
    fields::FieldErrors,
    ids::PreorderId,
    ports::{AccountStore, AppVerifier, Clock, IdentityProvider, PreorderStore, Publisher, Randomness, TokenVerifier},
    user::VerifiedUser,
};
use pledge_http_api::{
    ApiError, Body, Request, Response, Routes, answer, auth, body, fields::Fields, intake::PreorderIntake, route,
};

use crate::output::{InitiatedPreorder, OwnPreorders, PublicPreorder, UserProfile};

/// The endpoints of this function.
pub struct Handler<Store, Identity, Queue, Verifier, System> {
    /// Turns forms into preorders.
    pub intake: PreorderIntake<Store, Identity, Queue, Verifier, System>,
    /// What readers can ask about themselves.
    pub users: Users<Store>,
}

impl<Store, Identity, Queue, Verifier, System> Routes for Handler<Store, Identity, Queue, Verifier, System>
where
    Store: PreorderStore + AccountStore,
    Identity: IdentityProvider,
    Queue: Publisher,
    Verifier: TokenVerifier + AppVerifier,
    System: Clock + Randomness,
{
    async fn route(&self, request: &Request) -> Result<Response<Body>, ApiError> {
        match (request.method(), route::segments(request).as_slice()) {
            (&Method::POST, [.., "users", "me"]) => self.sign_in(request).await,
            (&Method::GET, [.., "users", "me", "preorders"]) => self.own_preorders(request).await,
            (&Method::POST, [.., "preorders"]) => self.initiate(request).await,
            (&Method::GET, [.., "preorders", id]) => self.show(id).await,
            _ => Err(route::unknown()),
        }
    }
}

impl<Store, Identity, Queue, Verifier, System> Handler<Store, Identity, Queue, Verifier, System>
where
    Store: PreorderStore + AccountStore,
    Identity: IdentityProvider,
    Queue: Publisher,
    Verifier: TokenVerifier + AppVerifier,
    System: Clock + Randomness,
{
    async fn initiate(&self, request: &Request) -> Result<Response<Body>, ApiError> {
        self.intake.check_app(request).await?;
        let received = self.intake.receive(request, Fields::new(body::object(request)?)).await?;
        answer::json(StatusCode::CREATED, &InitiatedPreorder::from(received))
    }

    async fn show(&self, id: &str) -> Result<Response<Body>, ApiError> {
        let unknown = || ApiError::not_found("PREORDER_NOT_FOUND", "There is no preorder with this id.");
        let id = PreorderId::parse(id).map_err(|_| unknown())?;
        let preorder = self.intake.initiate.store.find(id).await?.ok_or_else(unknown)?;
        answer::json(StatusCode::OK, &PublicPreorder::from(preorder))
    }

    async fn sign_in(&self, request: &Request) -> Result<Response<Body>, ApiError> {
        let reader = self.reader(request).await?;
        let fields = Fields::new(body::optional_object(request)?);
        fields.check(Ok::<(), FieldErrors>(()))?;
        let profile = self.users.sign_in(&reader, self.intake.system.now()).await?;
        answer::json(StatusCode::OK, &UserProfile::from(profile))
    }

    async fn own_preorders(&self, request: &Request) -> Result<Response<Body>, ApiError> {
        let reader = self.reader(request).await?;
        answer::json(StatusCode::OK, &OwnPreorders::from(self.users.preorders(&reader.id).await?))
    }

    async fn reader(&self, request: &Request) -> Result<VerifiedUser, ApiError> {
        auth::required(request, &self.intake.verifier, self.intake.system.now()).await
    }
}
