//! The path of a request to its answer: key, endpoint, parameters, faults, idempotency, effect.

use std::sync::Arc;

use axum::Json;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::{Call, Caller, Page, auth, endpoints, expand};
use crate::clock::Clock;
use crate::faults::{Answer, Fault, HangUp, When};
use crate::request_log::RequestEntry;
use crate::stripe::error::ApiError;
use crate::stripe::events::{API_VERSION, Origin};
use crate::stripe::idempotency::Claim;
use crate::stripe::params::Tree;
use crate::stripe::state::Stripe;

/// The largest body that is read, in bytes.
const LARGEST: usize = 1 << 20;

/// Answers a request to `/v1/…`.
pub(crate) async fn handle(State(stripe): State<Arc<Stripe>>, request: Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, LARGEST).await else {
        return ApiError::invalid("The request body is too large.").into_response();
    };
    // A task of its own lets the work go on when the caller gives up waiting, as at Stripe.
    match tokio::spawn(logged(stripe, parts, body)).await {
        Ok(response) => response,
        Err(_) => ApiError::injected(500).into_response(),
    }
}

async fn logged(stripe: Arc<Stripe>, parts: Parts, body: Bytes) -> Response {
    let arrived = Clock::machine_millis();
    let path = parts.uri.path().to_owned();
    let fault = stripe.common.faults.take(parts.method.as_str(), &path);
    let key = header(&parts.headers, "idempotency-key");
    let encoded = match parts.method {
        Method::POST => &body,
        _ => parts.uri.query().unwrap_or_default().as_bytes(),
    };
    let params = Tree::parse(encoded);
    let shown = params.as_ref().map(Tree::flatten).unwrap_or_default();
    let request_id = stripe.quietly(|account| account.ids.next("req_", 14));
    let job = Job {
        origin: Origin { request_id: Some(request_id.clone()), idempotency_key: key.clone() },
        parts: &parts,
        key: key.as_deref().filter(|_| parts.method == Method::POST),
        fault: fault.as_ref(),
    };
    let mut response = match params {
        Ok(params) => job.answer(&stripe, params).await,
        Err(error) => error.into_response(),
    };
    if let Some(fault) = fault.as_ref().filter(|fault| fault.when == When::After) {
        let lost = fault.strike(|status| ApiError::injected(status).into_response()).await;
        response = lost.unwrap_or(response);
    }
    let hung_up = response.extensions().get::<HangUp>().is_some();
    stripe.common.log.push(RequestEntry {
        at: stripe.common.clock.now(),
        arrived,
        took: Clock::machine_millis().saturating_sub(arrived),
        method: parts.method.to_string(),
        path,
        params: shown,
        idempotency_key: key,
        status: (!hung_up).then(|| response.status().as_u16()),
        faulted: fault.is_some(),
    });
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        response.headers_mut().insert("request-id", value);
    }
    let version = parts.headers.get("stripe-version").cloned();
    let version = version.unwrap_or(HeaderValue::from_static(API_VERSION));
    response.headers_mut().insert("stripe-version", version);
    response
}

struct Job<'r> {
    parts: &'r Parts,
    origin: Origin,
    key: Option<&'r str>,
    fault: Option<&'r Fault>,
}

impl Job<'_> {
    async fn answer(&self, stripe: &Stripe, params: Tree) -> Response {
        match self.try_answer(stripe, params).await {
            Ok(response) => response,
            Err(error) => error.into_response(),
        }
    }

    async fn try_answer(&self, stripe: &Stripe, mut params: Tree) -> Result<Response, ApiError> {
        let (method, path) = (&self.parts.method, self.parts.uri.path());
        let body_key = match params.take("key") {
            Some(Tree::Leaf(key)) => Some(key),
            _ => None,
        };
        let caller = auth::check(&self.parts.headers, body_key.as_deref(), &stripe.keys)?;
        let found = endpoints().find_map(|endpoint| Some((endpoint, endpoint.matches(method.as_str(), path)?)));
        let (endpoint, id) = found.ok_or_else(|| ApiError::unknown_url(method.as_str(), path))?;
        if caller == Caller::Publishable && !endpoint.publishable {
            return Err(ApiError::forbidden(
                "This API call cannot be made with a publishable API key. Please use a secret API key.",
            ));
        }
        if caller == Caller::EventsReader && !endpoint.events {
            return Err(ApiError::more_permissions(path));
        }
        check_content_type(self.parts, &params)?;

        let before = self.fault.filter(|fault| fault.when == When::Before);
        let remembered = before.filter(|fault| is_remembered(&fault.answer));
        if let Some(fault) = before.filter(|fault| !is_remembered(&fault.answer))
            && let Some(response) = fault.strike(|status| ApiError::injected(status).into_response()).await
        {
            return Ok(response);
        }

        let request = format!("{method} {path} {:?}", params.flatten());
        if let Some(key) = self.key {
            let claim =
                stripe.quietly(|account| account.idempotency.claim(key, path, request, stripe.common.clock.now()))?;
            if let Claim::Replay(status, body) = claim {
                return Ok((status, [("idempotent-replayed", "true")], Json(body)).into_response());
            }
        }
        let name = endpoint.name();
        let result = match self.strike_inside(remembered).await {
            Some(error) => Err(error),
            None => stripe.act(|account| {
                account.origin = self.origin.clone();
                let paths = expand::parse(params.take("expand"))?;
                let page = if endpoint.list { Page::take(&name, &mut params)? } else { Page::default() };
                let call = Call { id, caller, path: path.to_owned(), endpoint: name, params, page };
                let mut answer = (endpoint.run)(account, &call)?;
                expand::apply(account, &mut answer, &paths)?;
                Ok(answer)
            }),
        };
        Ok(self.finish(stripe, &result))
    }

    /// Applies a fault inside the endpoint: its delay keeps the idempotency key in use, and the key remembers its error
    /// as the result.
    async fn strike_inside(&self, fault: Option<&Fault>) -> Option<ApiError> {
        let fault = fault?;
        fault.strike(|status| ApiError::injected(status).into_response()).await?;
        match fault.answer {
            Answer::Status { status, .. } => Some(ApiError::injected(status)),
            _ => None,
        }
    }

    fn finish(&self, stripe: &Stripe, result: &Result<Value, ApiError>) -> Response {
        let (status, body) = match result {
            Ok(body) => (StatusCode::OK, body.clone()),
            Err(error) => (error.status(), error.body()),
        };
        if let Some(key) = self.key {
            stripe.quietly(|account| match result {
                Err(error) if error.before_execution => account.idempotency.release(key),
                _ => account.idempotency.save(key, status, body.clone()),
            });
        }
        (status, Json(body)).into_response()
    }
}

/// Returns whether a fault before the effect strikes inside the endpoint, so that an idempotency key remembers it: a slow
/// endpoint, an internal error, a declined card. Rate limits, gateways and lost connections are outside.
fn is_remembered(answer: &Answer) -> bool {
    matches!(answer, Answer::Real | Answer::Status { status: 500 | 402, .. })
}

fn check_content_type(parts: &Parts, params: &Tree) -> Result<(), ApiError> {
    let form = "application/x-www-form-urlencoded";
    if parts.method != Method::POST || *params == Tree::default() {
        return Ok(());
    }
    match header(&parts.headers, "content-type") {
        Some(kind) if kind.starts_with(form) => Ok(()),
        _ => Err(ApiError::parameter(format!("Invalid request: the content type must be {form}."))),
    }
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}
