//! The functions behind API Gateway: from Lambda's invocations to a function's routes and back.

use lambda_http::{Body, Error, Request, RequestExt, Response, service_fn};

use crate::{answer, error::ApiError};

/// The endpoints of a function.
pub trait Routes: Send + Sync {
    /// Answers a request, whatever its path. A path that the function doesn't have is
    /// [`route::unknown`](crate::route::unknown).
    fn route(&self, request: &Request) -> impl Future<Output = Result<Response<Body>, ApiError>> + Send;

    /// Answers a request; an error becomes a response that says what to correct, or nothing but the request's id.
    fn handle(&self, request: Request) -> impl Future<Output = Response<Body>> + Send {
        async move {
            let context = request.lambda_context_ref();
            let request_id = context.map(|context| context.request_id.clone()).unwrap_or_default();
            self.route(&request).await.unwrap_or_else(|error| answer::refuse(&error, &request_id))
        }
    }
}

/// Answers Lambda's invocations until the process ends.
///
/// # Errors
/// If the Lambda runtime API can't be reached.
pub async fn serve(routes: impl Routes) -> Result<(), Error> {
    let routes = &routes;
    lambda_http::run(service_fn(move |request| async move { Ok::<_, Error>(routes.handle(request).await) })).await
}
