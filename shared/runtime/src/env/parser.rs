//! Parsing typed values from an [`Environment`].

use std::fmt::Display;

use pledge_domain::error_chain::ErrorChain;
use serde::de::DeserializeOwned;
use url::Url;

use super::{ConfigError, Environment, Problem, arn_variable, late_arn_variable};
use crate::{
    secret::Secret,
    secrets::{LateSecret, Rotating},
    stage::{LocalOnly, Stage},
};

/// A parser of an [`Environment`], which collects all problems.
///
/// A method that returns `None` has recorded a problem. The `optional` and `emulator` methods return `Some(None)` for a
/// variable that is missing or empty. [`Parser::finish`] returns the configuration, or the recorded problems as an error.
#[derive(Debug)]
pub struct Parser<'a> {
    environment: &'a Environment,
    stage: Option<Stage>,
    problems: Vec<Problem>,
}

impl<'a> Parser<'a> {
    /// Makes a parser, and parses the variable `STAGE`, on which the rules for other variables depend.
    #[must_use]
    pub fn new(environment: &'a Environment) -> Self {
        let mut parser = Self { environment, stage: None, problems: Vec::new() };
        parser.stage = parser.parse("STAGE", |name| Stage::parse(name).ok_or("set one of local, dev, staging, prod"));
        parser
    }

    /// Returns the stage; none if `STAGE` is missing or invalid.
    #[must_use]
    pub fn stage(&self) -> Option<Stage> {
        self.stage
    }

    /// Takes a text that isn't empty.
    pub fn text(&mut self, name: &str) -> Option<String> {
        self.parse(name, |text| Ok::<_, &str>(text.to_owned()))
    }

    /// Takes a text, if there is one.
    #[must_use]
    pub fn optional_text(&self, name: &str) -> Option<String> {
        self.environment.get(name).map(str::to_owned)
    }

    /// Takes an `http` or `https` address and removes the slash at its end.
    pub fn url(&mut self, name: &str) -> Option<String> {
        self.parse(name, http_url)
    }

    /// Takes an `http` or `https` address, if there is one, and removes the slash at its end.
    pub fn optional_url(&mut self, name: &str) -> Option<Option<String>> {
        self.optional(name, http_url)
    }

    /// Takes the address of an emulator or a stand-in in place of a real service, parsed by `parse`, with the proof
    /// that the stage is `local`. In every other stage it is a problem if the variable is set.
    pub fn emulator<T, E: Display>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<Option<(T, LocalOnly)>> {
        let Some(address) = self.environment.get(name) else { return Some(None) };
        let Some(proof) = self.stage.and_then(Stage::local_only) else {
            self.problem(name, "unset it: emulators are for STAGE=local only");
            return None;
        };
        self.keep(name, parse(address)).map(|address| Some((address, proof)))
    }

    /// Takes the `http` or `https` address of an emulator as [`Parser::emulator`] does, without the slash at its end.
    pub fn emulator_url(&mut self, name: &str) -> Option<Option<String>> {
        Some(self.emulator(name, http_url)?.map(|(url, _)| url))
    }

    /// Takes a text, parsed by `parse`, whose error must say what to do.
    pub fn parse<T, E: Display>(&mut self, name: &str, parse: impl FnOnce(&str) -> Result<T, E>) -> Option<T> {
        let Some(text) = self.environment.get(name) else {
            self.problem(name, "set it");
            return None;
        };
        self.keep(name, parse(text))
    }

    /// Takes a text, if there is one, parsed by `parse`, whose error must say what to do.
    pub fn optional<T, E: Display>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<Option<T>> {
        match self.environment.get(name) {
            Some(text) => self.keep(name, parse(text)).map(Some),
            None => Some(None),
        }
    }

    /// Takes a value in JSON, such as a map. It must not be used for secrets, since the problem may quote the text.
    pub fn json<T: DeserializeOwned>(&mut self, name: &str) -> Option<T> {
        self.parse(name, |text| serde_json::from_str(text).map_err(|error| format!("set valid JSON ({error})")))
    }

    /// Takes a secret: from Secrets Manager, by the ARN in `<name>_SECRET_ARN`; in the stage `local` also from the plain
    /// variable. A secret with an ARN can be read again ([`crate::secrets::Rotating`]).
    pub fn secret(&mut self, name: &str) -> Option<Secret> {
        self.secret_value(name)
    }

    /// Takes a secret that is read when it is first needed, if it is set: from Secrets Manager, by the ARN in `<name>_ARN`;
    /// in the stage `local` also from the plain variable.
    pub fn late_secret(&mut self, name: &str) -> Option<Option<LateSecret>> {
        let environment = self.environment;
        let arn = late_arn_variable(name);
        match (environment.get(name), environment.late_secret_arn(name)) {
            (None, None) => Some(None),
            (None, Some(arn)) => Some(Some(LateSecret::InVault { name: name.to_owned(), arn: arn.to_owned() })),
            (Some(text), None) if self.stage == Some(Stage::Local) => Some(Some(LateSecret::Known(Secret::new(text)))),
            (Some(_), None) => {
                self.problem(name, format!("give the secret's ARN in {arn}: plain values are for STAGE=local only"));
                None
            }
            (Some(_), Some(_)) => {
                self.problem(name, format!("unset it or {arn}"));
                None
            }
        }
    }

    /// Takes a secret, parsed by `parse`, whose error must say what to do and must not quote the secret.
    pub fn parse_secret<T, E: Display>(&mut self, name: &str, parse: impl FnOnce(&str) -> Result<T, E>) -> Option<T> {
        let secret = self.secret_value(name)?;
        self.keep(name, parse(secret.expose()))
    }

    /// Takes a secret that can be read again, parsed by `parse` each time, whose error must say what to do and must not
    /// quote the secret.
    pub fn rotating_secret<T, E: Display>(
        &mut self,
        name: &str,
        parse: impl Fn(&str) -> Result<T, E> + Send + Sync + 'static,
    ) -> Option<Rotating<T>> {
        let secret = self.secret_value(name)?;
        self.keep(name, Rotating::new(&secret, parse))
    }

    /// Takes a secret that passes `check`, now and whenever it is read again. The error of `check` must say what to do and
    /// must not quote the secret.
    pub fn checked_secret(
        &mut self,
        name: &str,
        check: impl Fn(&str) -> Result<(), &'static str> + Send + Sync + 'static,
    ) -> Option<Secret> {
        let secret = self.secret_value(name)?;
        let checked = check(secret.expose());
        self.keep(name, checked)?;
        Some(secret.only_if(check))
    }

    /// Records a problem with a variable, for rules that no other method checks. `remedy` says what to do.
    pub fn problem(&mut self, name: &str, remedy: impl Display) {
        self.problems.push(Problem { name: name.to_owned(), remedy: remedy.to_string() });
    }

    /// Returns the configuration that `build` makes, if no problem was recorded.
    ///
    /// # Errors
    /// [`ConfigError`] with every recorded problem.
    pub fn finish<T>(self, build: impl FnOnce() -> Option<T>) -> Result<T, ConfigError> {
        if self.problems.is_empty()
            && let Some(built) = build()
        {
            return Ok(built);
        }
        Err(ConfigError::new(self.problems))
    }

    fn keep<T, E: Display>(&mut self, name: &str, parsed: Result<T, E>) -> Option<T> {
        parsed.map_err(|remedy| self.problem(name, remedy)).ok()
    }

    fn secret_value(&mut self, name: &str) -> Option<Secret> {
        let environment = self.environment;
        match (environment.get(name), environment.secret_arn(name)) {
            (Some(text), None) if self.stage == Some(Stage::Local) => return Some(Secret::new(text)),
            (Some(_), None) => {
                let arn = arn_variable(name);
                self.problem(name, format!("give the secret's ARN in {arn}: plain values are for STAGE=local only"));
            }
            (Some(_), Some(_)) => self.problem(name, format!("unset it or {}", arn_variable(name))),
            (None, None) => self.problem(name, format!("set the ARN of the secret in {}", arn_variable(name))),
            (None, Some(_)) => match environment.read_secret(name) {
                Some(Ok(secret)) if secret.expose().trim().is_empty() => {
                    self.problem(&arn_variable(name), "the secret is empty: store its value");
                }
                Some(Ok(secret)) => return Some(secret.trimmed()),
                Some(Err(error)) => self.problem(&arn_variable(name), ErrorChain(error)),
                None => self.problem(&arn_variable(name), "the secret was not read before the configuration"),
            },
        }
        None
    }
}

fn http_url(text: &str) -> Result<String, &'static str> {
    let valid = Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    if valid { Ok(text.trim_end_matches('/').to_owned()) } else { Err("set a URL such as https://www.example.com") }
}
