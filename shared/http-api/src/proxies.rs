//! The network source of a request, behind proxies of our own.

use std::net::IpAddr;

use lambda_http::{Request, RequestExt, request::RequestContext};
use pledge_domain::limits::Source;

/// The number of proxies of our own before API Gateway, such as 1 for CloudFront.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TrustedProxies(pub(crate) usize);

impl TrustedProxies {
    /// Returns the source of a request: the address that called API Gateway or, with proxies, the one that called the
    /// outermost of them. None if the request didn't come through API Gateway, as in an invocation by hand.
    ///
    /// Each proxy, and API Gateway too, appends the address of its caller to `X-Forwarded-For`. Addresses further left are
    /// written by clients and not trusted.
    #[must_use]
    pub fn source(self, request: &Request) -> Option<Source> {
        let peer: IpAddr = match request.request_context_ref()? {
            RequestContext::ApiGatewayV2(context) => context.http.source_ip.as_deref()?.parse().ok()?,
            _ => return None,
        };
        Some(Source::new(self.before_the_proxies(request, peer).unwrap_or(peer)))
    }

    fn before_the_proxies(self, request: &Request, peer: IpAddr) -> Option<IpAddr> {
        let lists = request.headers().get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
        let mut hops: Vec<&str> = lists.flat_map(|list| list.split(',')).map(str::trim).collect();
        if hops.last().is_some_and(|last| last.parse() == Ok(peer)) {
            hops.pop();
        }
        // The nearest proxy calls API Gateway, and each proxy has added its caller, so the caller of the outermost proxy is
        // as many places from the right as there are proxies.
        let behind = hops.len().checked_sub(self.0)?;
        if self.0 == 0 { None } else { hops.get(behind)?.parse().ok() }
    }
}

#[cfg(test)]
mod tests {
    use pledge_testkit::http::HttpEvent;

    use super::*;

    fn source(proxies: usize, event: &HttpEvent) -> Option<Source> {
        TrustedProxies(proxies).source(&lambda_http::request::from_str(&event.to_json()).unwrap())
    }

    fn address(text: &str) -> Option<Source> {
        Some(Source::new(text.parse().unwrap()))
    }

    #[test]
    fn what_a_client_writes_about_itself_counts_for_nothing() {
        let event = HttpEvent::get("/").from_address("198.51.100.7");
        let forged = event.clone().header("x-forwarded-for", "203.0.113.1, 198.51.100.7");
        assert_eq!((source(0, &event), source(0, &forged)), (address("198.51.100.7"), address("198.51.100.7")));
        let behind = event.clone().header("x-forwarded-for", "203.0.113.1, 203.0.113.9, 198.51.100.7");
        assert_eq!(source(1, &behind), address("203.0.113.9"));
        assert_eq!(source(2, &behind), address("203.0.113.1"));
        let unseen = event.header("x-forwarded-for", "203.0.113.1, 203.0.113.9");
        assert_eq!(source(1, &unseen), address("203.0.113.9"), "also if API Gateway's own hop isn't there");
    }

    #[test]
    fn a_request_that_came_past_the_proxies_has_its_own_address() {
        let event = HttpEvent::get("/").from_address("198.51.100.7");
        for header in ["198.51.100.7", "nobody, 198.51.100.7", ""] {
            assert_eq!(source(1, &event.clone().header("x-forwarded-for", header)), address("198.51.100.7"));
        }
        assert_eq!(source(3, &event), address("198.51.100.7"));
        assert_eq!(TrustedProxies(0).source(&Request::default()), None);
    }
}
