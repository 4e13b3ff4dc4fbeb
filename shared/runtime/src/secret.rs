//! Texts that must not be shown.

use std::fmt;

use crate::secrets::Origin;

/// A key, a password, a token, or a text that has one. It has no `Display`, and its `Debug` hides it.
///
/// A secret that was read from a vault keeps its origin, so that [`crate::secrets::Rotating`] can read it again.
#[derive(Clone)]
pub struct Secret {
    text: String,
    origin: Option<Origin>,
}

impl Secret {
    /// Makes a secret of a text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), origin: None }
    }

    /// Returns the text, for the call that needs it. It must never be logged or formatted.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.text
    }

    /// Returns the secret without the spaces around its text.
    pub(crate) fn trimmed(&self) -> Self {
        Self { text: self.text.trim().to_owned(), origin: self.origin.clone() }
    }

    pub(crate) fn read_from(self, origin: Origin) -> Self {
        Self { origin: Some(origin), ..self }
    }

    /// Returns the secret with a check for its replacements: when it is read again, only a text that passes is taken.
    pub(crate) fn only_if(self, check: impl Fn(&str) -> Result<(), &'static str> + Send + Sync + 'static) -> Self {
        Self { origin: self.origin.map(|origin| origin.only_if(check)), ..self }
    }

    pub(crate) fn origin(&self) -> Option<&Origin> {
        self.origin.as_ref()
    }
}

impl PartialEq for Secret {
    /// Compares the texts, and not their origins.
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_does_not_show_the_text() {
        let secret = Secret::new("sk_live_1234");
        assert!(!format!("{secret:?} {secret:#?}").contains("1234"));
        assert_eq!(secret.expose(), "sk_live_1234");
    }
}
