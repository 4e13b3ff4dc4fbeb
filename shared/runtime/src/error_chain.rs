//! An error and all its causes in one line.

use std::{error::Error, fmt};

/// Shows `error`, its source, that one's source and so on as `a: b: c`. Log it once, at the boundary.
///
/// Some libraries repeat their source in their own text; what was said already is left out.
#[must_use]
pub fn error_chain(error: &dyn Error) -> impl fmt::Display {
    fmt::from_fn(move |f| {
        let mut said = error.to_string();
        f.write_str(&said)?;
        let mut next = error.source();
        while let Some(cause) = next {
            let text = cause.to_string();
            if !said.contains(&text) {
                write!(f, ": {text}")?;
                said = text;
            }
            next = cause.source();
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("{text}")]
    struct Link {
        text: &'static str,
        source: Option<Box<Link>>,
    }

    fn chain(texts: &[&'static str]) -> Link {
        let (text, rest) = texts.split_first().unwrap();
        Link { text, source: (!rest.is_empty()).then(|| Box::new(chain(rest))) }
    }

    #[test]
    fn every_cause_is_named_once() {
        assert_eq!(error_chain(&chain(&["a", "b", "c"])).to_string(), "a: b: c");
        assert_eq!(error_chain(&chain(&["alone"])).to_string(), "alone");
        assert_eq!(
            error_chain(&chain(&["no answer: timed out", "timed out", "os error 110"])).to_string(),
            "no answer: timed out: os error 110"
        );
    }
}
