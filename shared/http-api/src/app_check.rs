//! Firebase App Check: whether a request comes from an app of ours, by the header `X-Firebase-AppCheck`.

use lambda_http::{Request, http::StatusCode};
use pledge_domain::{
    Timestamp,
    ports::{AppVerifier, TokenError},
};
use pledge_runtime::{Metric, Metrics};

use crate::error::ApiError;

/// The treatment of requests without a valid App Check token.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum AppCheck {
    /// Requests are served, and tokens aren't checked.
    #[default]
    Off,
    /// Requests without a valid token are counted and served, until every app sends tokens.
    Monitored,
    /// Requests without a valid token are counted and refused.
    Required,
}

impl AppCheck {
    /// Returns whether tokens are checked, so that their issuer has to be known.
    #[must_use]
    pub fn is_on(self) -> bool {
        self != Self::Off
    }

    /// Checks the request's token and counts the result, as the metric `AppChecks`.
    ///
    /// # Errors
    /// If a token is required: 401 `UNKNOWN_APP` without a valid one, 503 if it can't be checked now.
    pub async fn check(
        self,
        request: &Request,
        verifier: &impl AppVerifier,
        metrics: &Metrics,
        now: Timestamp,
    ) -> Result<(), ApiError> {
        if !self.is_on() {
            return Ok(());
        }
        let token = request.headers().get("x-firebase-appcheck").and_then(|value| value.to_str().ok());
        let checked = match token {
            Some(token) => verifier.verify_app(token, now).await,
            None => Err(TokenError::Invalid("there is none")),
        };
        let result = match &checked {
            Ok(()) => "valid",
            Err(TokenError::Unavailable(_)) => "unchecked",
            Err(TokenError::Invalid(_)) if token.is_none() => "missing",
            Err(TokenError::Invalid(_)) => "invalid",
        };
        metrics.count(Metric::AppChecks, &[("Result", result)]);
        match checked {
            Err(TokenError::Invalid(problem)) if self == Self::Required => Err(unknown_app(problem)),
            Err(error @ TokenError::Unavailable(_)) if self == Self::Required => Err(error.into()),
            _ => Ok(()),
        }
    }
}

/// Returns a 401 `UNKNOWN_APP`: the request doesn't prove that it comes from an app of ours.
fn unknown_app(problem: &str) -> ApiError {
    ApiError::Refused {
        status: StatusCode::UNAUTHORIZED,
        code: "UNKNOWN_APP",
        message: format!("The X-Firebase-AppCheck token is not valid: {problem}."),
    }
}

#[cfg(test)]
mod tests {
    use pledge_runtime::{Stage, System};
    use pledge_testkit::{
        FakeTokens, Log,
        fakes::{APP_TOKEN, on_purpose},
        http::HttpEvent,
        time::t,
    };

    use super::*;

    /// Checks a request with this token, and returns the code of the refusal, if there is one, and the results that were
    /// counted.
    async fn checked(
        app_check: AppCheck,
        token: Option<&str>,
        failure: Option<TokenError>,
    ) -> (Option<&'static str>, Vec<String>) {
        let event = HttpEvent::post("/preorders");
        let event = token.into_iter().fold(event, |event, token| event.header("X-Firebase-AppCheck", token));
        let request = lambda_http::request::from_str(&event.to_json()).unwrap();
        let (log, verifier) = (Log::default(), FakeTokens::default());
        failure.into_iter().for_each(|failure| verifier.fail_next(failure));
        let metrics = Metrics::new(Stage::Local, System, log.clone());
        let refused = app_check.check(&request, &verifier, &metrics, t(0)).await.err();
        let counted = log.lines().iter().map(|line| line["Result"].as_str().unwrap().to_owned()).collect();
        (refused.map(|error| error.code()), counted)
    }

    #[tokio::test]
    async fn without_a_valid_token_a_request_is_refused_only_where_one_is_required() {
        let unavailable = || Some(TokenError::Unavailable(on_purpose()));
        for (token, failure, result, required) in [
            (Some(APP_TOKEN), false, "valid", None),
            (None, false, "missing", Some("UNKNOWN_APP")),
            (Some("forged"), false, "invalid", Some("UNKNOWN_APP")),
            (Some(APP_TOKEN), true, "unchecked", Some("SERVICE_UNAVAILABLE")),
        ] {
            let failure = || if failure { unavailable() } else { None };
            assert_eq!(checked(AppCheck::Off, token, failure()).await, (None, Vec::new()));
            assert_eq!(checked(AppCheck::Monitored, token, failure()).await, (None, vec![result.to_owned()]));
            assert_eq!(checked(AppCheck::Required, token, failure()).await, (required, vec![result.to_owned()]));
        }
    }
}
