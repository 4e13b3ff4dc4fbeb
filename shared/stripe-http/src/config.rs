//! The environment variables of this adapter: the address of Stripe's API and the secret key.

use pledge_runtime::{Parser, Secret, Stage};

/// The address of Stripe's API, without `/v1`.
pub const API_BASE: &str = "https://api.stripe.com";

const SECRET_KEY: &str = "STRIPE_SECRET_KEY";

/// The configuration of the client for Stripe's API.
#[derive(Debug, Clone)]
pub struct Config {
    /// `STRIPE_API_BASE`, for the stage `local` only: the address of a stand-in for Stripe. [`API_BASE`] unless set.
    pub base: String,
    /// `STRIPE_SECRET_KEY`, a secret: a secret or restricted key (`sk_…`, `rk_…`) of live mode in production, and of test
    /// mode in every other stage.
    pub key: Secret,
    /// `STAGE`: the name that marks every object this deployment makes, since several deployments may share an account.
    pub deployment: String,
}

impl Config {
    /// Parses the variables. Returns none if one has a problem, which `parser` keeps. A key of the wrong mode is a problem
    /// at start; one that is rotated in later is refused, and the present key stays.
    pub fn parse(parser: &mut Parser<'_>) -> Option<Self> {
        let base = base(parser);
        let key = match parser.stage() {
            Some(stage) => parser.checked_secret(SECRET_KEY, move |key| check_mode(key, stage)),
            None => parser.secret(SECRET_KEY),
        };
        let deployment = parser.stage()?.name().to_owned();
        Some(Self { base: base?, key: key?, deployment })
    }
}

/// Parses `STRIPE_API_BASE`, for the stage `local` only: the address of a stand-in for Stripe. [`API_BASE`] unless set.
pub(crate) fn base(parser: &mut Parser<'_>) -> Option<String> {
    Some(parser.emulator_url("STRIPE_API_BASE")?.unwrap_or_else(|| API_BASE.to_owned()))
}

/// Checks that a secret or restricted key is of the stage's mode: live mode in production, otherwise test mode.
///
/// # Errors
/// A sentence that says which key to set. It doesn't quote the key.
pub(crate) fn check_mode(key: &str, stage: Stage) -> Result<(), &'static str> {
    let mode = ["sk", "rk"].iter().find_map(|kind| key.strip_prefix(kind)).unwrap_or_default();
    match (mode.starts_with("_test_"), mode.starts_with("_live_")) {
        (true, _) if stage.livemode() => Err("production needs a live key (sk_live_… or rk_live_…), not a test key"),
        (_, true) if !stage.livemode() => Err("a live key is for production only: set a test key (sk_test_…)"),
        (false, false) => Err("set a Stripe secret key (sk_… or rk_…)"),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use pledge_runtime::{
        Environment,
        secrets::{Rotating, read_all},
    };
    use pledge_testkit::FakeVault;

    use super::*;

    async fn with_key(stage: &str, vault: &FakeVault) -> Environment {
        let mut environment = Environment::from_iter([("STAGE", stage), ("STRIPE_SECRET_KEY_SECRET_ARN", "arn:key")]);
        read_all(&mut environment, vault).await;
        environment
    }

    #[test]
    fn a_key_has_the_mode_of_its_stage() {
        for stage in Stage::ALL {
            for kind in ["sk", "rk"] {
                assert_eq!(check_mode(&format!("{kind}_test_1"), stage).is_ok(), !stage.livemode());
                assert_eq!(check_mode(&format!("{kind}_live_1"), stage).is_ok(), stage.livemode());
            }
            for wrong in ["", "pk_test_1", "whsec_1", "sk_", "live_1"] {
                assert!(check_mode(wrong, stage).is_err(), "{wrong:?}");
            }
        }
    }

    #[tokio::test]
    async fn a_key_of_the_other_mode_is_named_and_never_shown() {
        for (stage, key, remedy) in [
            ("prod", "sk_test_123", "production needs a live key"),
            ("staging", "rk_live_123", "a live key is for production only"),
        ] {
            let environment = with_key(stage, &FakeVault::new([("arn:key", key)])).await;
            let error = environment.configure(Config::parse).unwrap_err();
            assert_eq!((error.problems().len(), error.problems()[0].name.as_str()), (1, SECRET_KEY));
            assert!(error.problems()[0].remedy.starts_with(remedy) && !error.to_string().contains("123"), "{error}");
        }
    }

    #[tokio::test]
    async fn a_key_of_the_other_mode_does_not_replace_the_present_one() {
        let vault = FakeVault::new([("arn:key", "sk_live_1")]);
        let config = with_key("prod", &vault).await.configure(Config::parse).unwrap();
        assert_eq!(config.base, API_BASE);
        let rotating = Rotating::new(&config.key, |text| Ok::<_, &str>(text.to_owned())).unwrap();
        vault.put("arn:key", "sk_test_1");
        assert!(!rotating.renew(&rotating.current()).await);
    }

    #[test]
    fn a_stand_in_is_for_the_local_stage() {
        let variables =
            |stage| [("STAGE", stage), ("STRIPE_API_BASE", "http://127.0.0.1:1/"), (SECRET_KEY, "sk_test_1")];
        let local = Environment::from_iter(variables("local")).configure(Config::parse).unwrap();
        assert_eq!(local.base, "http://127.0.0.1:1");
        let error = Environment::from_iter(variables("prod")).configure(Config::parse).unwrap_err();
        assert_eq!(error.problems()[0].name, "STRIPE_API_BASE");
    }
}
