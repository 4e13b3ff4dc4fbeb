//! The colour of a preordered product.

/// A colour that the catalogue had when the preorder was made.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Color(String);

impl Color {
    /// Takes a colour's name from our own database, catalogue or metadata. It may have left the catalogue since.
    #[must_use]
    pub fn recorded(name: String) -> Self {
        Self(name)
    }

    /// Returns the placeholder for the colour of a payment that doesn't say what was bought.
    #[must_use]
    pub fn unknown() -> Self {
        Self("unknown".to_owned())
    }

    /// Returns the colour's name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
