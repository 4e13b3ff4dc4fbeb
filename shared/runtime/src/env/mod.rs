//! Configuration as a pure parse of a map.
//!
//! [`Environment`] is the map: the process's variables, and the secrets that [`crate::secrets::read_all`] added.
//! [`Parser`] takes values from it and collects all problems, so that one start shows all of them. Each adapter parses its
//! own variables, and a function's configuration is made of those of its adapters:
//!
//! ```
//! use pledge_runtime::{Environment, Parser, Secret};
//!
//! struct Config {
//!     /// `STRIPE_SECRET_KEY`, from Secrets Manager.
//!     key: Secret,
//!     /// `KLAVIYO_QUEUE_URL`.
//!     queue_url: String,
//! }
//!
//! impl Config {
//!     fn parse(parser: &mut Parser<'_>) -> Option<Self> {
//!         let key = parser.secret("STRIPE_SECRET_KEY");
//!         let queue_url = parser.url("KLAVIYO_QUEUE_URL");
//!         Some(Self { key: key?, queue_url: queue_url? })
//!     }
//! }
//!
//! let empty = Environment::from_iter([("STAGE", "prod")]);
//! assert_eq!(empty.configure(Config::parse).err().map(|error| error.problems().len()), Some(2));
//! ```

mod error;
mod parser;
#[cfg(test)]
mod parser_tests;
mod product;

use std::{collections::BTreeMap, fmt};

pub use error::{ConfigError, Problem};
pub use parser::Parser;

use crate::{secret::Secret, secrets::VaultError};

/// The ending of the name of a variable that has a secret's ARN instead of the secret.
const ARN_SUFFIX: &str = "_SECRET_ARN";

/// The variables of a process, and the secrets that some of them name.
#[derive(Default)]
pub struct Environment {
    variables: BTreeMap<String, String>,
    secrets: BTreeMap<String, Result<Secret, VaultError>>,
}

impl Environment {
    /// Reads the variables of this process, without those that aren't UTF-8. No other code in the project reads them.
    #[must_use]
    pub fn from_process() -> Self {
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect()
    }

    /// Returns the value of a variable without the spaces around it; none if it is missing or empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// Returns the configuration that `parse` makes of these variables.
    ///
    /// # Errors
    /// [`ConfigError`] with every variable that is missing or invalid.
    pub fn configure<T>(&self, parse: impl FnOnce(&mut Parser<'_>) -> Option<T>) -> Result<T, ConfigError> {
        let mut parser = Parser::new(self);
        let parsed = parse(&mut parser);
        parser.finish(|| parsed)
    }

    /// Returns the ARN of the secret `name`, from the variable `<name>_SECRET_ARN`.
    pub(crate) fn secret_arn(&self, name: &str) -> Option<&str> {
        self.get(&arn_variable(name))
    }

    /// Returns the ARN of the secret `name` that isn't read at the start, from the variable `<name>_ARN`.
    pub(crate) fn late_secret_arn(&self, name: &str) -> Option<&str> {
        self.get(&late_arn_variable(name))
    }

    /// Returns the name and the ARN of every secret that is given by ARN and read at the start.
    pub(crate) fn secret_arns(&self) -> impl Iterator<Item = (&str, &str)> {
        self.variables.keys().filter_map(|variable| {
            let name = variable.strip_suffix(ARN_SUFFIX)?;
            Some((name, self.get(variable)?))
        })
    }

    /// Returns the secret `name`, or the error with which reading it failed; none if it wasn't read.
    pub(crate) fn read_secret(&self, name: &str) -> Option<&Result<Secret, VaultError>> {
        self.secrets.get(name)
    }

    /// Adds secrets by their names, with the failures of those that couldn't be read.
    pub(crate) fn add_secrets(&mut self, read: impl IntoIterator<Item = (String, Result<Secret, VaultError>)>) {
        self.secrets.extend(read);
    }
}

/// Returns the name of the variable that holds the ARN of the secret `name`.
pub(crate) fn arn_variable(name: &str) -> String {
    format!("{name}{ARN_SUFFIX}")
}

/// Returns the name of the variable that holds the ARN of the secret `name` that isn't read at the start.
pub(crate) fn late_arn_variable(name: &str) -> String {
    format!("{name}_ARN")
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(variables: I) -> Self {
        let variables = variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self { variables, secrets: BTreeMap::new() }
    }
}

/// Shows the names of the variables only, since a value may be a secret.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.variables.keys()).finish()
    }
}
