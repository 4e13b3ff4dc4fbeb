//! The addresses of the public web site to which Stripe and announcements lead.

use pledge_domain::{ids::PreorderId, locale::Locale, preorder::ReturnPath};
use url::Url;

/// The public web site, by its address without a slash at the end: `https://example.com`.
#[derive(Debug, Clone)]
pub struct Site(String);

impl Site {
    /// Returns the site at this address.
    #[must_use]
    pub fn new(url: &Url) -> Self {
        Self(url.as_str().trim_end_matches('/').to_owned())
    }

    /// Returns the address of the page to which Stripe sends a customer who has paid. Stripe replaces
    /// `{CHECKOUT_SESSION_ID}` (<https://docs.stripe.com/payments/checkout/custom-success-page>), so its braces must
    /// not be encoded.
    #[must_use]
    pub fn preorder_success(&self, path: &ReturnPath, locale: Locale, preorder: PreorderId) -> String {
        let (site, path) = (&self.0, path.of(locale));
        format!("{site}{path}?session_id={{CHECKOUT_SESSION_ID}}&preorder_id={preorder}")
    }

    /// Returns the address of the page to which Stripe sends a customer who went back without paying, and on which the
    /// preorder can be paid.
    #[must_use]
    pub fn preorder_cancel(&self, path: &ReturnPath, locale: Locale, preorder: PreorderId) -> String {
        format!("{}{}?preorder_id={preorder}", self.0, path.of(locale))
    }

    /// Returns the address of the page on which readers see what they support and repair their payments.
    #[must_use]
    pub fn account(&self, locale: Locale) -> String {
        format!("{}/{}/account", self.0, locale.tag())
    }
}

#[cfg(test)]
mod tests {
    use pledge_domain::preorder::CheckoutPolicy;

    use super::*;

    #[test]
    fn pages_lie_under_the_site_and_the_locale() {
        let site = Site::new(&Url::parse("https://example.com/").unwrap());
        let policy = CheckoutPolicy::default();
        let preorder = PreorderId::parse("0a1b2c3d-0000-4000-8000-000000000000").unwrap();
        assert_eq!(
            site.preorder_success(&policy.success_path, Locale::ZhHk, preorder),
            "https://example.com/zh-HK/pre-order/success?session_id={CHECKOUT_SESSION_ID}\
             &preorder_id=0a1b2c3d-0000-4000-8000-000000000000"
        );
        assert_eq!(
            site.preorder_cancel(&policy.cancel_path, Locale::En, preorder),
            "https://example.com/en/pre-order/cancel?preorder_id=0a1b2c3d-0000-4000-8000-000000000000"
        );
    }
}
