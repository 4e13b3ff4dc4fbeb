//! Configuration as a pure parse of a map.
//!
//! [`Environment`] is the map: the process's variables, and the secrets that [`crate::secrets::read_all`] added.
//! [`Parser`] takes values out of it and collects everything that is wrong, so that one start shows all of it:
//!
//! ```
//! use pledge_runtime::{ConfigError, Environment, Parser, Secret};
//!
//! struct Config {
//!     /// `STRIPE_WEBHOOK_SECRETS`, from Secrets Manager.
//!     webhook_secrets: Vec<Secret>,
//!     /// `KLAVIYO_QUEUE_URL`.
//!     queue_url: String,
//! }
//!
//! impl Config {
//!     fn parse(environment: &Environment) -> Result<Self, ConfigError> {
//!         let mut parser = Parser::new(environment);
//!         let webhook_secrets = parser.secret_list("STRIPE_WEBHOOK_SECRETS");
//!         let queue_url = parser.url("KLAVIYO_QUEUE_URL");
//!         parser.finish(|| Some(Self { webhook_secrets: webhook_secrets?, queue_url: queue_url? }))
//!     }
//! }
//!
//! let empty = Environment::from_iter([("STAGE", "prod")]);
//! assert_eq!(Config::parse(&empty).err().map(|error| error.problems().len()), Some(2));
//! ```

mod error;
mod parser;
#[cfg(test)]
mod parser_tests;

use std::{collections::BTreeMap, fmt};

pub use error::{ConfigError, Problem};
pub use parser::Parser;

use crate::{secret::Secret, secrets::VaultError};

/// What a secret's variable is called when it holds an ARN instead of the secret.
const ARN_SUFFIX: &str = "_SECRET_ARN";

/// The variables of a process, and the secrets that some of them name.
#[derive(Default)]
pub struct Environment {
    variables: BTreeMap<String, String>,
    secrets: BTreeMap<String, Result<Secret, VaultError>>,
}

impl Environment {
    /// The variables of this process; those that aren't UTF-8 are left out. Nothing else reads them.
    #[must_use]
    pub fn from_process() -> Self {
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect()
    }

    /// The variable without the spaces around it; none if it is missing or empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// The ARN of the secret `name`, from the variable `<name>_SECRET_ARN`.
    pub(crate) fn secret_arn(&self, name: &str) -> Option<&str> {
        self.get(&arn_variable(name))
    }

    /// Every secret that is given by ARN, with the ARN.
    pub(crate) fn secret_arns(&self) -> impl Iterator<Item = (&str, &str)> {
        self.variables.keys().filter_map(|variable| {
            let name = variable.strip_suffix(ARN_SUFFIX)?;
            Some((name, self.get(variable)?))
        })
    }

    /// What reading the secret `name` came to; none if it wasn't read.
    pub(crate) fn read_secret(&self, name: &str) -> Option<&Result<Secret, VaultError>> {
        self.secrets.get(name)
    }

    /// Adds what reading secrets came to.
    pub(crate) fn add_secrets(&mut self, read: impl IntoIterator<Item = (String, Result<Secret, VaultError>)>) {
        self.secrets.extend(read);
    }
}

/// The variable that holds the ARN of the secret `name`.
pub(crate) fn arn_variable(name: &str) -> String {
    format!("{name}{ARN_SUFFIX}")
}

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(variables: I) -> Self {
        let variables = variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self { variables, secrets: BTreeMap::new() }
    }
}

/// Shows the names only: a value may be a secret.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.variables.keys()).finish()
    }
}
