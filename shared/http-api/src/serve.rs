//! Serving Lambda's invocations with a function's routes.

use lambda_http::{
    Adapter, Body, Error, Request, RequestExt, Response, Service, lambda_runtime, lambda_runtime::LambdaEvent,
    request::LambdaRequest, service_fn, tower::ServiceExt,
};
use pledge_runtime::{Metric, Metrics};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::{Value, value::RawValue};

use crate::{answer, error::ApiError, event, page};

/// The endpoints of a function.
pub trait Routes: Send + Sync {
    /// Returns the response to a request.
    ///
    /// # Errors
    /// [`ApiError`]; for a path that the function doesn't have, [`route::unknown`](crate::route::unknown).
    fn route(&self, request: &Request) -> impl Future<Output = Result<Response<Body>, ApiError>> + Send;

    /// Returns the response to a request, also if it is an error: a page for a plain HTML form, JSON for other clients.
    fn handle(&self, request: Request) -> impl Future<Output = Response<Body>> + Send {
        async move {
            let context = request.lambda_context_ref();
            let request_id = context.map(|context| context.request_id.clone()).unwrap_or_default();
            self.route(&request).await.unwrap_or_else(|error| {
                let response = answer::refuse(&error, &request_id);
                if page::is_wanted(&request) {
                    page::instead(response, &error, &request_id, &request)
                } else {
                    response
                }
            })
        }
    }
}

/// Answers Lambda's invocations with `routes` until the process ends. Counts responses with 5xx under the name `function`.
///
/// # Errors
/// [`Error`] if the Lambda Runtime API can't be reached.
pub async fn serve(function: &'static str, metrics: Metrics, routes: impl Routes) -> Result<(), Error> {
    lambda_runtime::run(Adapter::from(handler(function, &metrics, &routes)).map_request(event::escape)).await
}

/// Returns a service that answers each request with `routes` and counts failures.
fn handler<'a>(
    function: &'static str,
    metrics: &'a Metrics,
    routes: &'a impl Routes,
) -> impl Service<Request, Response = Response<Body>, Error = Error, Future: Send + 'a> + Clone {
    service_fn(move |request: Request| async move { Ok(counted(function, metrics, routes, request).await) })
}

async fn counted(function: &str, metrics: &Metrics, routes: &impl Routes, request: Request) -> Response<Body> {
    let response = routes.handle(request).await;
    if response.status().is_server_error() {
        metrics.count(Metric::RequestsFailed, &[("Function", function)]);
    }
    if response.extensions().get::<answer::NeedsOperator>().is_some() {
        metrics.count(Metric::PaymentProviderRefusals, &[("Function", function)]);
    }
    response
}

/// Answers Lambda's invocations until the process ends: API Gateway's with `routes`, those of a schedule with `scheduled`.
/// `scheduled` gets the event's `detail`, which EventBridge leaves empty, and in which an operator who invokes the function
/// by hand may set options.
///
/// # Errors
/// [`Error`] if the Lambda Runtime API can't be reached.
pub async fn serve_with_schedule(
    function: &'static str,
    metrics: Metrics,
    routes: &impl Routes,
    scheduled: impl AsyncFn(Value) -> Result<Value, Error>,
) -> Result<(), Error> {
    let (api, scheduled) = (&Adapter::from(handler(function, &metrics, routes)), &scheduled);
    let answer = move |LambdaEvent { payload, context }| async move {
        match payload {
            Invocation::Request(request) => {
                let response = api.clone().call(event::escape(LambdaEvent::new(*request, context))).await?;
                Ok::<_, Error>(Answer::Response(response))
            }
            Invocation::Scheduled(detail) => Ok(Answer::Report(Box::pin(scheduled(detail)).await?)),
        }
    };
    lambda_runtime::run(service_fn(answer)).await
}

/// An invocation of a function.
#[derive(Debug)]
enum Invocation {
    /// A request to an endpoint.
    Request(Box<LambdaRequest>),
    /// A schedule's event, with its `detail`.
    Scheduled(Value),
}

/// An event of EventBridge (<https://docs.aws.amazon.com/eventbridge/latest/ref/events-structure.html>).
#[derive(Deserialize)]
struct Schedule {
    source: Source,
    #[serde(default)]
    detail: Value,
}

#[derive(Deserialize)]
enum Source {
    /// A schedule of an EventBridge rule.
    #[serde(rename = "aws.events")]
    Events,
    /// A schedule of EventBridge Scheduler.
    #[serde(rename = "aws.scheduler")]
    Scheduler,
}

impl<'de> Deserialize<'de> for Invocation {
    /// Tries to parse a request first, since most invocations are requests, which then cost no more than without a
    /// schedule. A schedule's event can't be taken for a request, since it has no `requestContext`.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <&RawValue>::deserialize(deserializer)?.get();
        match serde_json::from_str(text) {
            Ok(request) => Ok(Self::Request(Box::new(request))),
            Err(error) => match serde_json::from_str(text) {
                Ok(Schedule { source: Source::Events | Source::Scheduler, detail }) => Ok(Self::Scheduled(detail)),
                Err(_) => Err(D::Error::custom(error)),
            },
        }
    }
}

#[derive(Serialize)]
#[serde(untagged)]
enum Answer<Response> {
    Response(Response),
    Report(Value),
}

#[cfg(test)]
mod tests {
    use pledge_domain::ports::{GatewayError, StoreError};
    use pledge_runtime::{Stage, System};
    use pledge_testkit::Log;
    use serde_json::json;

    use super::*;
    use crate::route;

    struct Refused;

    impl Routes for Refused {
        async fn route(&self, _: &Request) -> Result<Response<Body>, ApiError> {
            Err(GatewayError::Refused("no such price".into()).into())
        }
    }

    #[tokio::test]
    async fn what_an_operator_has_to_mend_is_counted_for_an_alarm() {
        let log = Log::default();
        let metrics = Metrics::new(Stage::Local, System, log.clone());
        counted("create-checkout", &metrics, &Refused, Request::default()).await;
        assert!(log.lines().iter().any(|line| line["PaymentProviderRefusals"] == 1));
    }

    struct Fails(bool);

    impl Routes for Fails {
        async fn route(&self, _: &Request) -> Result<Response<Body>, ApiError> {
            Err(if self.0 { StoreError::Unavailable("down".into()).into() } else { route::unknown() })
        }
    }

    #[tokio::test]
    async fn a_request_that_fails_by_our_fault_is_counted() {
        for (ours, counted_ones) in [(true, 1), (false, 0)] {
            let log = Log::default();
            let metrics = Metrics::new(Stage::Local, System, log.clone());
            counted("create-checkout", &metrics, &Fails(ours), Request::default()).await;
            let lines = log.lines();
            assert_eq!(lines.len(), counted_ones);
            assert!(lines.iter().all(|line| line["RequestsFailed"] == 1 && line["Function"] == "create-checkout"));
        }
    }

    #[test]
    fn a_schedule_is_told_from_a_request_and_anything_else_is_refused() {
        let read = |text: &str| serde_json::from_str::<Invocation>(text);
        let scheduled = r#"{"version":"0","id":"1","detail-type":"Scheduled Event","source":"aws.events",
            "account":"1","time":"2026-10-31T12:00:00Z","region":"eu-west-1","resources":["arn:rule"],"detail":{}}"#;
        let detail = |text: &str| match read(text) {
            Ok(Invocation::Scheduled(detail)) => detail,
            other => panic!("{other:?}"),
        };
        assert_eq!(detail(scheduled), json!({}));
        assert_eq!(detail(r#"{"source":"aws.scheduler"}"#), Value::Null);
        assert_eq!(detail(r#"{"source":"aws.events","detail":{"a":1}}"#), json!({ "a": 1 }));
        let request = r#"{"version":"2.0","routeKey":"POST /webhooks/stripe","rawPath":"/webhooks/stripe",
            "rawQueryString":"","headers":{},"requestContext":{"http":{"method":"POST","path":"/webhooks/stripe"}},
            "body":"{\"source\":\"aws.events\"}","isBase64Encoded":false}"#;
        assert!(matches!(read(request), Ok(Invocation::Request(_))));
        for other in [r#"{}"#, r#"{"Records":[]}"#, r#"{"source":"somebody"}"#, "7"] {
            assert!(read(other).is_err(), "{other}");
        }
    }
}
