//! Where a request comes from.

use lambda_http::{Request, RequestExt, request::RequestContext};

/// Returns the address that API Gateway saw.
pub(crate) fn of(request: &Request) -> Option<String> {
    match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => context.http.source_ip.clone(),
        _ => None,
    }
}
