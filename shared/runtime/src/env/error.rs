//! The problems of a configuration.

use std::fmt;

/// A variable that has to be changed.
#[derive(Clone, PartialEq, Eq)]
pub struct Problem {
    /// The name of the variable.
    pub name: String,
    /// The text that says what to do. It never has the value of a secret.
    pub remedy: String,
}

/// All problems of a configuration, each with its variable: `NAME: what to do`.
///
/// `Debug` shows the same text as `Display`, since a `main` that returns an error prints `Debug`.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError {
    problems: Vec<Problem>,
}

impl ConfigError {
    pub(crate) fn new(problems: Vec<Problem>) -> Self {
        Self { problems }
    }

    /// Returns the variables to change.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }
}

impl fmt::Debug for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.remedy)
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the configuration is wrong")?;
        for problem in &self.problems {
            write!(f, "; {problem:?}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
