//! Where this process runs, and what may not be configured there.

use std::fmt;

/// A deployment of the system, from the variable `STAGE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// A developer's machine or CI. The only stage that may talk to emulators.
    Local,
    /// Shared, with test keys.
    Dev,
    /// Like production, with test keys.
    Staging,
    /// Real money.
    Production,
}

/// Proof that this is the stage [`Stage::Local`]. What must be impossible elsewhere asks for it, such as accepting the
/// unsigned tokens of an emulator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LocalOnly(());

/// Variables that put an emulator in the place of a real service. They are refused outside [`Stage::Local`].
pub const EMULATOR_VARIABLES: [&str; 4] =
    ["AWS_ENDPOINT_URL", "FIREBASE_AUTH_EMULATOR_HOST", "KLAVIYO_API_BASE", "STRIPE_API_BASE"];

impl Stage {
    /// Every stage.
    pub const ALL: [Self; 4] = [Self::Local, Self::Dev, Self::Staging, Self::Production];

    /// The stage with this name, or none.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.name() == name)
    }

    /// The value of `STAGE`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Dev => "dev",
            Self::Staging => "staging",
            Self::Production => "prod",
        }
    }

    /// What `livemode` must be on everything that Stripe sends here.
    #[must_use]
    pub fn livemode(self) -> bool {
        self == Self::Production
    }

    /// The proof that this is [`Stage::Local`], if it is.
    #[must_use]
    pub fn local_only(self) -> Option<LocalOnly> {
        (self == Self::Local).then_some(LocalOnly(()))
    }

    /// Whether a Stripe secret or restricted key has the mode of this stage.
    ///
    /// # Errors
    /// What to do about it, without the key.
    pub fn check_stripe_key(self, key: &str) -> Result<(), &'static str> {
        let mode = ["sk", "rk"].iter().find_map(|kind| key.strip_prefix(kind)).unwrap_or_default();
        match (mode.starts_with("_test_"), mode.starts_with("_live_")) {
            (true, _) if self.livemode() => Err("production needs a live key (sk_live_… or rk_live_…), not a test key"),
            (_, true) if !self.livemode() => Err("a live key is for production only: set a test key (sk_test_…)"),
            (false, false) => Err("set a Stripe secret key (sk_… or rk_…)"),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_and_nothing_else_is_a_stage() {
        for stage in Stage::ALL {
            assert_eq!(Stage::parse(stage.name()), Some(stage));
        }
        for wrong in ["", "production", "PROD", "test"] {
            assert_eq!(Stage::parse(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn only_production_is_live_and_only_local_is_local() {
        assert_eq!(Stage::ALL.map(Stage::livemode), [false, false, false, true]);
        assert_eq!(Stage::ALL.map(|stage| stage.local_only().is_some()), [true, false, false, false]);
    }

    #[test]
    fn a_stripe_key_has_the_mode_of_its_stage() {
        for stage in Stage::ALL {
            for kind in ["sk", "rk"] {
                assert_eq!(stage.check_stripe_key(&format!("{kind}_test_1")).is_ok(), !stage.livemode());
                assert_eq!(stage.check_stripe_key(&format!("{kind}_live_1")).is_ok(), stage.livemode());
            }
            for wrong in ["", "pk_test_1", "whsec_1", "sk_", "live_1"] {
                assert!(stage.check_stripe_key(wrong).is_err(), "{wrong:?}");
            }
        }
    }
}
