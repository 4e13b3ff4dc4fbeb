//! The variables of this adapter: Google's Firebase, or an emulator of it.

use pledge_runtime::{LocalOnly, Parser};

use crate::accounts::ServiceAccount;

/// The configuration of a function that checks who is signed in and looks accounts up.
#[derive(Debug, Clone)]
pub struct Config {
    /// The issuer of the ID tokens that are accepted.
    pub issuer: Issuer,
    /// The place where accounts are found and made.
    pub accounts: AccountSource,
    /// The issuer of the App Check tokens that are accepted; without one, no token is valid.
    pub apps: Option<AppIssuer>,
}

/// The issuer of the ID tokens that are accepted.
#[derive(Debug, Clone)]
pub enum Issuer {
    /// Google, whose tokens for this project are signed.
    Google {
        /// `FIREBASE_PROJECT_ID`.
        project: String,
    },
    /// An emulator, whose tokens for this project are not signed.
    Emulator {
        /// `FIREBASE_PROJECT_ID`.
        project: String,
        /// The proof that the stage is `local`, since anyone can make such tokens.
        proof: LocalOnly,
    },
}

/// The issuer of the App Check tokens that are accepted.
#[derive(Debug, Clone)]
pub enum AppIssuer {
    /// Google, for this project.
    Google {
        /// `FIREBASE_PROJECT_NUMBER`, which isn't the project's id.
        project_number: u64,
    },
    /// A stand-in, whose debug token is public.
    StandIn {
        /// `FIREBASE_PROJECT_NUMBER`.
        project_number: u64,
        /// `FIREBASE_AUTH_EMULATOR_HOST`, such as `127.0.0.1:9099`.
        host: String,
        /// The proof that the stage is `local`, since anyone can get such tokens.
        proof: LocalOnly,
    },
}

/// The place where accounts are.
#[derive(Debug, Clone)]
pub enum AccountSource {
    /// Accounts are at Google.
    Google {
        /// `FIREBASE_PROJECT_ID`.
        project: String,
        /// `FIREBASE_SERVICE_ACCOUNT`.
        service_account: ServiceAccount,
    },
    /// Accounts are in an emulator.
    Emulator {
        /// `FIREBASE_PROJECT_ID`.
        project: String,
        /// `FIREBASE_AUTH_EMULATOR_HOST`, such as `127.0.0.1:9099`.
        host: String,
        /// The proof that the stage is `local`, since anyone can make an emulator's accounts.
        proof: LocalOnly,
    },
}

/// The variable with the number of the Firebase project.
const PROJECT_NUMBER: &str = "FIREBASE_PROJECT_NUMBER";

/// The variable that puts an emulator in Firebase's place.
const EMULATOR_HOST: &str = "FIREBASE_AUTH_EMULATOR_HOST";

impl Config {
    /// Parses the variables of [`Issuer`], [`AccountSource`] and [`AppIssuer`]; those of the last are needed if `checks_apps`.
    /// Returns `None` if one is missing or invalid; `parser` then has a problem for each.
    pub fn parse(parser: &mut Parser<'_>, checks_apps: bool) -> Option<Self> {
        let issuer = Issuer::parse(parser);
        let accounts = AccountSource::parse(parser);
        let apps = AppIssuer::parse(parser, checks_apps);
        Some(Self { issuer: issuer?, accounts: accounts?, apps: apps? })
    }
}

impl Issuer {
    /// Parses `FIREBASE_PROJECT_ID`, and accepts an emulator's tokens if `FIREBASE_AUTH_EMULATOR_HOST` is set. Returns
    /// `None` if a variable is missing or invalid; `parser` then has a problem for each.
    pub fn parse(parser: &mut Parser<'_>) -> Option<Self> {
        let (project, emulator) = (project(parser), emulator(parser));
        let project = project?;
        Some(match emulator? {
            Some((_, proof)) => Self::Emulator { project, proof },
            None => Self::Google { project },
        })
    }
}

impl AppIssuer {
    /// Parses `FIREBASE_PROJECT_NUMBER`, without which no token can be valid, and uses a stand-in's keys if
    /// `FIREBASE_AUTH_EMULATOR_HOST` is set. Returns `Some(None)` if the number isn't set and tokens aren't checked, and
    /// `None` if a variable is missing or invalid; `parser` then has a problem for each.
    fn parse(parser: &mut Parser<'_>, is_checked: bool) -> Option<Option<Self>> {
        let parse = |text: &str| text.parse().map_err(|_| "set the project's number, such as 123456789012");
        let number = if is_checked {
            parser.parse(PROJECT_NUMBER, parse).map(Some)
        } else {
            parser.optional(PROJECT_NUMBER, parse)
        };
        let Some(project_number) = number? else { return Some(None) };
        Some(Some(match emulator(parser)? {
            Some((host, proof)) => Self::StandIn { project_number, host, proof },
            None => Self::Google { project_number },
        }))
    }

    pub(crate) fn project_number(&self) -> u64 {
        match self {
            Self::Google { project_number } | Self::StandIn { project_number, .. } => *project_number,
        }
    }

    /// Returns whether an app may get its tokens with a debug token alone. The stand-in allows it, Google doesn't.
    pub(crate) fn takes_debug_tokens(&self) -> bool {
        matches!(self, Self::StandIn { .. })
    }
}

impl AccountSource {
    /// Parses `FIREBASE_PROJECT_ID`, and either the secret `FIREBASE_SERVICE_ACCOUNT` or `FIREBASE_AUTH_EMULATOR_HOST`.
    /// Returns `None` if a variable is missing or invalid; `parser` then has a problem for each.
    pub fn parse(parser: &mut Parser<'_>) -> Option<Self> {
        let (project, emulator) = (project(parser), emulator(parser)?);
        if let Some((host, proof)) = emulator {
            return Some(Self::Emulator { project: project?, host, proof });
        }
        let service_account = parser.parse_secret("FIREBASE_SERVICE_ACCOUNT", ServiceAccount::parse);
        Some(Self::Google { project: project?, service_account: service_account? })
    }
}

fn project(parser: &mut Parser<'_>) -> Option<String> {
    parser.parse("FIREBASE_PROJECT_ID", |id| {
        let valid = id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b':' | b'.'));
        if valid { Ok(id.to_owned()) } else { Err("set the id of the Firebase project, such as my-project-1") }
    })
}

fn emulator(parser: &mut Parser<'_>) -> Option<Option<(String, LocalOnly)>> {
    parser.emulator(EMULATOR_HOST, |host| {
        if host.contains('/') {
            Err("set host:port without http://, such as 127.0.0.1:9099")
        } else {
            Ok(host.to_owned())
        }
    })
}

#[cfg(test)]
mod tests {
    use pledge_runtime::{ConfigError, Environment};

    use super::*;

    fn parse(variables: &[(&str, &str)]) -> Result<(Issuer, AccountSource), ConfigError> {
        let environment = variables.iter().copied().collect::<Environment>();
        let mut parser = Parser::new(&environment);
        let (issuer, source) = (Issuer::parse(&mut parser), AccountSource::parse(&mut parser));
        parser.finish(|| Some((issuer?, source?)))
    }

    #[test]
    fn an_emulator_needs_the_local_stage() {
        for stage in ["local", "dev", "staging", "prod"] {
            let variables =
                [("STAGE", stage), ("FIREBASE_PROJECT_ID", "demo"), ("FIREBASE_AUTH_EMULATOR_HOST", "127.0.0.1:9099")];
            let parsed = parse(&variables);
            if stage == "local" {
                assert!(matches!(parsed, Ok((Issuer::Emulator { .. }, AccountSource::Emulator { .. }))));
            } else {
                assert_eq!(parsed.unwrap_err().problems()[0].name, "FIREBASE_AUTH_EMULATOR_HOST", "{stage}");
            }
        }
    }

    #[test]
    fn without_an_emulator_a_service_account_is_needed_and_never_quoted() {
        let missing = parse(&[("STAGE", "local"), ("FIREBASE_PROJECT_ID", "demo")]).unwrap_err();
        assert_eq!(missing.problems()[0].name, "FIREBASE_SERVICE_ACCOUNT");

        let account = r#"{"client_email":"robot@example.com","private_key":"hush"}"#;
        let variables = [("STAGE", "local"), ("FIREBASE_PROJECT_ID", "demo"), ("FIREBASE_SERVICE_ACCOUNT", account)];
        let wrong = parse(&variables).unwrap_err().to_string();
        assert!(wrong.contains("FIREBASE_SERVICE_ACCOUNT") && !wrong.contains("hush"), "{wrong}");
    }

    fn parse_apps(variables: &[(&str, &str)], is_checked: bool) -> Result<Option<AppIssuer>, String> {
        let environment = variables.iter().copied().collect::<Environment>();
        let apps = environment.configure(|parser| AppIssuer::parse(parser, is_checked));
        apps.map_err(|error| error.problems()[0].name.clone())
    }

    #[test]
    fn app_check_needs_the_projects_number() {
        let (stage, number) = (("STAGE", "prod"), ("FIREBASE_PROJECT_NUMBER", "123"));
        assert_eq!(parse_apps(&[stage], true).unwrap_err(), number.0);
        assert!(matches!(parse_apps(&[stage, number], true), Ok(Some(AppIssuer::Google { project_number: 123 }))));
    }

    #[test]
    fn a_stand_ins_app_check_needs_the_local_stage() {
        let parse = |variables: &[(&str, &str)]| parse_apps(variables, false);
        let (number, host) = (("FIREBASE_PROJECT_NUMBER", "123"), ("FIREBASE_AUTH_EMULATOR_HOST", "127.0.0.1:9099"));
        assert!(matches!(parse(&[("STAGE", "prod")]), Ok(None)));
        assert!(matches!(parse(&[("STAGE", "prod"), number]), Ok(Some(AppIssuer::Google { project_number: 123 }))));
        assert!(matches!(parse(&[("STAGE", "local"), number, host]), Ok(Some(AppIssuer::StandIn { .. }))));
        assert_eq!(parse(&[("STAGE", "dev"), number, host]).unwrap_err(), host.0);
        assert_eq!(parse(&[("STAGE", "prod"), (number.0, "my-project")]).unwrap_err(), number.0);
    }

    #[test]
    fn a_project_id_cannot_change_the_path_of_a_request() {
        for id in ["../other", "a/b", "a?b", "a b"] {
            assert!(parse(&[("STAGE", "local"), ("FIREBASE_PROJECT_ID", id)]).is_err(), "{id}");
        }
    }
}
