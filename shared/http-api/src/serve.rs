//! The functions behind API Gateway: from Lambda's invocations to a function's routes and back.

use lambda_http::{Adapter, Body, Error, Request, RequestExt, Response, lambda_runtime, service_fn, tower::ServiceExt};
use pledge_runtime::{Metric, Metrics};

use crate::{answer, error::ApiError, event, page};

/// The endpoints of a function.
pub trait Routes: Send + Sync {
    /// Answers a request, whatever its path. A path that the function doesn't have is
    /// [`route::unknown`](crate::route::unknown).
    fn route(&self, request: &Request) -> impl Future<Output = Result<Response<Body>, ApiError>> + Send;

    /// Answers a request; an error becomes a response that says what to correct, or nothing but the request's id: a page
    /// for a plain HTML form, JSON for everybody else.
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

/// Answers Lambda's invocations until the process ends. Counts the requests that `function` answers with 5xx.
///
/// # Errors
/// If the Lambda runtime API can't be reached.
pub async fn serve(function: &'static str, metrics: Metrics, routes: impl Routes) -> Result<(), Error> {
    let (metrics, routes) = (&metrics, &routes);
    let handler =
        service_fn(
            move |request: Request| async move { Ok::<_, Error>(counted(function, metrics, routes, request).await) },
        );
    lambda_runtime::run(Adapter::from(handler).map_request(event::escape)).await
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

#[cfg(test)]
mod tests {
    use pledge_domain::ports::{GatewayError, StoreError};
    use pledge_runtime::{Stage, System};
    use pledge_testkit::Log;

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
}
