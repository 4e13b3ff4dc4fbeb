//! The routes: each parses a request, runs a use case and writes the response.

use lambda_http::http::{Method, StatusCode};
use pledge_application::{
    champions::{Champions, PortalError, SubscribeRequest},
    payers::{Admitted, Payers},
    site::Site,
};
use pledge_domain::{
    champion::ChampionKey,
    ids::NovelId,
    ports::{AccountStates, AppVerifier, Billing, ChampionStore, Clock, Randomness, TokenVerifier},
    user::VerifiedUser,
};
use pledge_http_api::{
    ApiError, Body, Request, Response, Routes, answer, app_check::AppCheck, auth, idempotency, route,
};
use pledge_runtime::{Metric, Metrics};

use crate::{
    input,
    output::{
        ChampionChange, ChampionPayment, ChampionPortal, ChampionPurchase, ChampionStatus, ChampionSubscription,
        NovelTiers, OwnChampions,
    },
};

/// The seconds for which browsers and caches may keep the tiers of a novel.
const TIERS_MAX_AGE: u32 = 60;

/// The endpoints of this function.
pub struct Handler<Store, Stripe, Verifier, Accounts, System> {
    /// The use cases of subscriptions and purchases.
    pub champions: Champions<Store, Stripe>,
    /// The site to which readers come back from the billing portal.
    pub site: Site,
    /// Checks who is signed in.
    pub verifier: Verifier,
    /// Decides who may pay.
    pub payers: Payers<Accounts>,
    /// Time and randomness.
    pub system: System,
    /// Business metrics.
    pub metrics: Metrics,
    /// Whether requests to pay need a valid App Check token.
    pub app_check: AppCheck,
}

impl<Store, Stripe, Verifier, Accounts, System> Routes for Handler<Store, Stripe, Verifier, Accounts, System>
where
    Store: ChampionStore,
    Stripe: Billing,
    Verifier: TokenVerifier + AppVerifier,
    Accounts: AccountStates,
    System: Clock + Randomness,
{
    async fn route(&self, request: &Request) -> Result<Response<Body>, ApiError> {
        match (request.method(), route::segments(request).as_slice()) {
            (&Method::POST, [.., "champion-subscription"]) => self.subscribe(request).await,
            (&Method::GET, [.., "champion-subscription"]) => self.show(request).await,
            (&Method::POST, [.., "champion-subscription", "cancel"]) => self.change_renewal(request, false).await,
            (&Method::POST, [.., "champion-subscription", "resume"]) => self.change_renewal(request, true).await,
            (&Method::POST, [.., "champion-subscription", "change"]) => self.change_tier(request).await,
            (&Method::POST, [.., "champion-subscription", "pay"]) => self.pay(request).await,
            (&Method::POST, [.., "champion-subscription", "portal"]) => self.open_portal(request).await,
            (&Method::GET, [.., "users", "me", "champions"]) => self.show_all(request).await,
            (&Method::GET, [.., "novels", novel, "champion-tiers"]) => self.show_tiers(request, novel).await,
            (&Method::POST, [.., "champion-purchase"]) => self.purchase(request).await,
            _ => Err(route::unknown()),
        }
    }
}

impl<Store, Stripe, Verifier, Accounts, System> Handler<Store, Stripe, Verifier, Accounts, System>
where
    Store: ChampionStore,
    Stripe: Billing,
    Verifier: TokenVerifier + AppVerifier,
    Accounts: AccountStates,
    System: Clock + Randomness,
{
    async fn reader(&self, request: &Request) -> Result<VerifiedUser, ApiError> {
        auth::required(request, &self.verifier, self.system.now()).await
    }

    /// Returns the signed-in reader of a request to pay, after the checks that payments need: App Check, and whether the
    /// reader may pay.
    async fn payer(&self, request: &Request) -> Result<VerifiedUser, ApiError> {
        self.app_check.check(request, &self.verifier, &self.metrics, self.system.now()).await?;
        let reader = self.reader(request).await?;
        match self.payers.check(&reader).await? {
            Admitted::Active => {}
            Admitted::Unchecked => self.metrics.count(Metric::AccountsUnchecked, &[]),
        }
        Ok(reader)
    }

    async fn show_tiers(&self, request: &Request, novel: &str) -> Result<Response<Body>, ApiError> {
        let number = novel.parse().map_err(|_| ApiError::tier_not_found())?;
        let novel = NovelId::new(number).map_err(|_| ApiError::tier_not_found())?;
        let tiers = self.champions.tiers(novel).await?;
        if tiers.is_empty() {
            return Err(ApiError::tier_not_found());
        }
        answer::cacheable(request, &NovelTiers::new(novel, tiers), TIERS_MAX_AGE)
    }

    async fn subscribe(&self, request: &Request) -> Result<Response<Body>, ApiError> {
        let reader = self.payer(request).await?;
        let input::Choice { novel, level, payment_method } = input::subscription(request, &reader)?;
        let wish = SubscribeRequest { reader, novel, level, payment_method };
        let made = self.champions.subscribe(&wish, &self.system, self.system.now()).await?;
        tracing::info!(subscription = made.answer.made.subscription.id.as_str(), "a subscription can be paid");
        answer::json(StatusCode::CREATED, &ChampionSubscription::from(made))
    }

    async fn purchase(&self, request: &Request) -> Result<Response<Body>, ApiError> {
        let reader = self.payer(request).await?;
        let input::Choice { novel, level, .. } = input::purchase(request, &reader)?;
        let made = self.champions.purchase(&reader, novel, level, &self.system, self.system.now()).await?;
        tracing::info!(payment = made.payment_intent.as_str(), "a purchase can be paid");
        answer::json(StatusCode::CREATED, &ChampionPurchase::from(made))
    }

    async fn change_renewal(&self, request: &Request, renew: bool) -> Result<Response<Body>, ApiError> {
        let reader = self.reader(request).await?;
        let key = ChampionKey { novel: input::novel(request, &reader)?, user: reader.id.clone() };
        let now = self.system.now();
        let standing = self.champions.change_renewal(&key, renew, now).await?;
        self.champions.follow_address(&reader, &standing, now).await;
        answer::json(StatusCode::OK, &ChampionStatus::new(standing, now))
    }

    async fn change_tier(&self, request: &Request) -> Result<Response<Body>, ApiError> {
        let reader = self.reader(request).await?;
        let (input::Choice { novel, level, .. }, preview) = input::change(request, &reader)?;
        let change = self.champions.change_tier(&reader, novel, level, preview, self.system.now()).await?;
        answer::json(StatusCode::OK, &ChampionChange::new(change, level, preview))
    }

    async fn pay(&self, request: &Request) -> Result<Response<Body>, ApiError> {
        let reader = self.payer(request).await?;
        let (novel, method) = input::payment(request, &reader)?;
        let attempt = idempotency::key(request)?.unwrap_or_else(|| self.system.uuid().to_string());
        let payment = self.champions.pay(&reader, novel, method.as_ref(), &attempt, self.system.now()).await?;
        answer::json(StatusCode::OK, &ChampionPayment::from(payment))
    }

    async fn open_portal(&self, request: &Request) -> Result<Response<Body>, ApiError> {
        let reader = self.reader(request).await?;
        let (novel, locale) = input::portal(request, &reader)?;
        let page = self.site.account(locale);
        let opened = self.champions.open_portal(&reader, novel, &page, self.system.now()).await;
        if matches!(opened, Err(PortalError::NotConfigured)) {
            self.metrics.count(Metric::PortalNotConfigured, &[]);
        }
        answer::json(StatusCode::OK, &ChampionPortal::from(opened?))
    }

    async fn show_all(&self, request: &Request) -> Result<Response<Body>, ApiError> {
        let reader = self.reader(request).await?;
        let now = self.system.now();
        let standings = self.champions.standings(&reader.id, now).await?;
        if let Some(any) = standings.first() {
            self.champions.follow_address(&reader, any, now).await;
        }
        answer::json(StatusCode::OK, &OwnChampions::new(standings, now))
    }

    async fn show(&self, request: &Request) -> Result<Response<Body>, ApiError> {
        let reader = self.reader(request).await?;
        let key = ChampionKey { user: reader.id.clone(), novel: input::novel_in_query(request)? };
        let now = self.system.now();
        let standing = self.champions.standing(&key, now).await?;
        self.champions.follow_address(&reader, &standing, now).await;
        answer::json(StatusCode::OK, &ChampionStatus::new(standing, now))
    }
}
