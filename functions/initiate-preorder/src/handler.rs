//! The routes: each parses a request, runs a use case and writes the response.

use lambda_http::http::{Method, StatusCode};
use pledge_application::{
    find_preorder::FindPreorder,
    users::{SignInError, SignedIn, Users},
};
use pledge_domain::{
    consent,
    decide::TakeoverRefusal,
    fields::{FieldErrors, FormFields},
    ids::{PreorderId, UserId},
    ports::{
        AccountStates, AccountStore, AppVerifier, Clock, IdentityProvider, PreorderStore, Publisher, Randomness,
        TokenError, TokenVerifier,
    },
    user::VerifiedUser,
};
use pledge_http_api::{
    ApiError, Body, Request, Response, Routes, answer, auth, body, fields::Fields, intake::PreorderIntake, route,
    telemetry,
};

use pledge_runtime::Metric;

use crate::output::{InitiatedPreorder, OwnPreorders, PublicPreorder, UserProfile};

/// The field with the ID token of the anonymous Firebase user as whom the reader ordered before they signed in.
const ANONYMOUS_TOKEN: &str = "anonymousIdToken";

/// The endpoints of this function.
pub struct Handler<Store, Identity, Queue, Verifier, System> {
    /// Turns forms into preorders.
    pub intake: PreorderIntake<Store, Identity, Queue, Verifier, System>,
    /// Finds the preorder that a path names.
    pub find: FindPreorder<Store>,
    /// The use cases of readers' own data.
    pub users: Users<Store, Identity, Queue>,
}

impl<Store, Identity, Queue, Verifier, System> Routes for Handler<Store, Identity, Queue, Verifier, System>
where
    Store: PreorderStore + AccountStore,
    Identity: IdentityProvider + AccountStates,
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
    Identity: IdentityProvider + AccountStates,
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
        let id = PreorderId::parse(id).map_err(|_| ApiError::preorder_not_found())?;
        answer::json(StatusCode::OK, &PublicPreorder::from(self.find.run(id).await?))
    }

    async fn sign_in(&self, request: &Request) -> Result<Response<Body>, ApiError> {
        let reader = self.reader(request).await?;
        let mut fields = Fields::new(body::optional_object(request)?);
        let token = fields.text(ANONYMOUS_TOKEN);
        let mut errors = FieldErrors::default();
        let said = consent::answer(&mut fields, &mut errors);
        let said = fields.check(if errors.is_empty() { Ok(said) } else { Err(errors) })?;
        let anonymous = match &token {
            Some(token) => Some(self.anonymous(token).await?),
            None => None,
        };
        let now = self.intake.system.now();
        let signed_in = self.users.sign_in(&reader, anonymous.as_ref(), said.as_ref(), now).await;
        let SignedIn { profile, takeovers, queued } = match signed_in {
            Ok(signed_in) => signed_in,
            Err(SignInError::NoAddress) => {
                let problem = "needs an account with an e-mail address";
                return Err(FieldErrors::one(consent::FIELD, problem).into());
            }
            Err(SignInError::Store(error)) => return Err(error.into()),
        };
        for (former, taken) in &takeovers {
            self.note(former, &reader.id, taken);
        }
        if let Some(queued) = &queued {
            telemetry::published(&self.intake.metrics, queued);
        }
        answer::json(StatusCode::OK, &UserProfile::from(profile))
    }

    /// Returns the anonymous user whose ID token this is.
    async fn anonymous(&self, token: &str) -> Result<UserId, ApiError> {
        let wrong = "must be a valid ID token of an anonymous user; leave it out if there is none";
        match self.intake.verifier.verify(token, self.intake.system.now()).await {
            Ok(user) if user.is_anonymous => Ok(user.id),
            Ok(_) | Err(TokenError::Invalid(_)) => Err(FieldErrors::one(ANONYMOUS_TOKEN, wrong).into()),
            Err(error @ TokenError::Unavailable(_)) => Err(error.into()),
        }
    }

    /// Logs whether a user took over everything of another, and counts a takeover that only an operator can finish.
    fn note(&self, former: &UserId, successor: &UserId, taken: &Result<(), TakeoverRefusal>) {
        let (former, successor) = (former.as_str(), successor.as_str());
        match taken {
            Ok(()) => tracing::info!(former, successor, "a user took over everything of another"),
            Err(refusal @ TakeoverRefusal::Conflict { .. }) => {
                self.intake.metrics.count(Metric::UsersNotJoined, &[]);
                tracing::error!(former, successor, %refusal, "two users are one person, and an operator has to join them");
            }
            Err(TakeoverRefusal::Kept(kept)) => tracing::info!(former, successor, %kept, "nothing was taken over"),
        }
    }

    async fn own_preorders(&self, request: &Request) -> Result<Response<Body>, ApiError> {
        let reader = self.reader(request).await?;
        answer::json(StatusCode::OK, &OwnPreorders::from(self.users.preorders(&reader.id).await?))
    }

    async fn reader(&self, request: &Request) -> Result<VerifiedUser, ApiError> {
        auth::required(request, &self.intake.verifier, self.intake.system.now()).await
    }
}
