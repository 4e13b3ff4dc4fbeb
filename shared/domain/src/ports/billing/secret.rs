//! What Stripe makes for one reader alone.

use std::fmt;

/// What lets the reader's browser finish one payment. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientSecret(String);

impl ClientSecret {
    /// Takes Stripe's `client_secret`.
    #[must_use]
    pub fn new(secret: String) -> Self {
        Self(secret)
    }

    /// Returns the secret, for the answer to the one reader whose payment it is.
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
    /// Takes the session's `url`.
    #[must_use]
    pub fn new(url: String) -> Self {
        Self(url)
    }

    /// Returns the address, for the answer to the reader whose portal it is.
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
