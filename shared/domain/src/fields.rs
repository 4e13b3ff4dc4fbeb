//! A client's input, field by field, and the problems of its fields.

use std::collections::BTreeMap;

/// The fields of a request as its sender wrote them, by their names in the API.
pub trait FormFields {
    /// Takes the text of a field, unchecked; none if the field wasn't sent or isn't a text.
    fn text(&mut self, name: &str) -> Option<String>;

    /// Takes the truth value of a field; none if the field wasn't sent or isn't a truth value.
    fn boolean(&mut self, name: &str) -> Option<bool>;
}

/// The invalid fields of a request, each by the name that the client wrote, with how to correct it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldErrors(BTreeMap<String, String>);

impl FieldErrors {
    /// Returns errors with one field.
    #[must_use]
    pub fn one(field: &str, problem: impl Into<String>) -> Self {
        let mut errors = Self::default();
        errors.add(field, problem);
        errors
    }

    /// Adds a problem. The first problem of a field is kept, since later ones often follow from it.
    pub fn add(&mut self, field: &str, problem: impl Into<String>) {
        self.0.entry(field.to_owned()).or_insert_with(|| problem.into());
    }

    /// Returns whether there are no errors.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns each field with its problem, sorted by field.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(field, problem)| (field.as_str(), problem.as_str()))
    }
}
