//! An error with its sources, in one line of the log.

use std::{error::Error, fmt};

/// Displays an error and its sources: `the payment provider is unavailable: timed out`.
///
/// The text of a source is left out where the error's own text ends with it.
#[derive(Clone, Copy)]
pub struct ErrorChain<'a>(pub &'a (dyn Error + 'static));

impl fmt::Display for ErrorChain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut last = self.0.to_string();
        f.write_str(&last)?;
        let mut next = self.0.source();
        while let Some(error) = next {
            let text = error.to_string();
            if !last.ends_with(&text) {
                write!(f, ": {text}")?;
            }
            last = text;
            next = error.source();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("the database is unavailable")]
    struct Unavailable(#[source] Box<dyn Error>);

    #[test]
    fn every_cause_is_named_once() {
        let error = Unavailable("connection refused".into());
        assert_eq!(ErrorChain(&error).to_string(), "the database is unavailable: connection refused");
    }
}
