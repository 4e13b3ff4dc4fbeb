//! Secrets that Stripe makes for one reader alone.

use std::fmt;

/// The secret with which the reader's browser makes one payment. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientSecret(String);

impl ClientSecret {
    /// Wraps Stripe's `client_secret`.
    #[must_use]
    pub fn new(secret: String) -> Self {
        Self(secret)
    }

    /// Returns the secret in clear text, for the response to the reader who pays.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientSecret(hidden)")
    }
}

/// The address of Stripe's billing portal, for one reader and a few minutes. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct PortalLink(String);

impl PortalLink {
    /// Wraps the `url` of Stripe's portal session.
    #[must_use]
    pub fn new(url: String) -> Self {
        Self(url)
    }

    /// Returns the address in clear text, for the response to its reader.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PortalLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PortalLink(hidden)")
    }
}
