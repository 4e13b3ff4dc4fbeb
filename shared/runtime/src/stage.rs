//! The stage of a deployment, which decides which settings are allowed.

use std::fmt;

/// A stage, from the variable `STAGE`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// A developer's machine or CI. Only this stage may use emulators.
    Local,
    /// A shared deployment with test keys.
    Dev,
    /// A deployment like production, with test keys.
    Staging,
    /// Production, with real money.
    Production,
}

/// The proof that the stage is [`Stage::Local`]. It is required for what must be impossible in other stages, such as
/// accepting the unsigned tokens of an emulator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LocalOnly(());

impl Stage {
    /// All stages.
    pub const ALL: [Self; 4] = [Self::Local, Self::Dev, Self::Staging, Self::Production];

    /// Returns the stage with this name, or none.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.name() == name)
    }

    /// Returns the stage's name, which is the value of `STAGE`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::Dev => "dev",
            Self::Staging => "staging",
            Self::Production => "prod",
        }
    }

    /// Returns whether real money moves in this stage. Stripe's events for it must have this value as `livemode`.
    #[must_use]
    pub fn livemode(self) -> bool {
        self == Self::Production
    }

    /// Returns the proof that the stage is [`Stage::Local`]; none if it isn't.
    #[must_use]
    pub fn local_only(self) -> Option<LocalOnly> {
        (self == Self::Local).then_some(LocalOnly(()))
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
}
