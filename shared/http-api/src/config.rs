//! The variables of the HTTP edge: limits, App Check and trusted proxies.

use pledge_domain::limits::{AttemptLimits, Limit, PreorderLimits};
use pledge_runtime::{Parser, Stage};

use crate::{app_check::AppCheck, proxies::TrustedProxies};

/// The configuration of [`PreorderIntake`](crate::intake::PreorderIntake). The default has no limits, doesn't check apps, and
/// trusts no proxies.
#[derive(Debug, Clone, Copy, Default)]
pub struct IntakeConfig {
    /// `PREORDERS_PER_SOURCE` and `PREORDERS_PER_ADDRESS`: how many preorders one source, and one e-mail address, may make in
    /// an hour.
    pub limits: PreorderLimits,
    /// `APP_CHECK`: whether requests need a valid App Check token.
    pub app_check: AppCheck,
    /// `TRUSTED_PROXIES`: how many proxies of our own stand before API Gateway; the caller's address is the one that the first
    /// of them saw.
    pub proxies: TrustedProxies,
}

impl IntakeConfig {
    /// Parses the variables of limits and proxies, and takes `APP_CHECK` as [`app_check`] has parsed it. Returns `None` if one
    /// is invalid; `parser` then has a problem for each.
    pub fn parse(parser: &mut Parser<'_>, app_check: Option<AppCheck>) -> Option<Self> {
        let limits = preorder_limits(parser);
        let proxies = trusted_proxies(parser);
        Some(Self { limits: limits?, app_check: app_check?, proxies: proxies? })
    }
}

/// Parses `PREORDERS_PER_SOURCE` and `PREORDERS_PER_ADDRESS`: how many preorders one source and one e-mail address may make
/// in an hour; 100 and 10 unless set, 0 for no limit. In the stage `local` there is no limit unless one is set.
fn preorder_limits(parser: &mut Parser<'_>) -> Option<PreorderLimits> {
    let per_source = limit(parser, "PREORDERS_PER_SOURCE", 100);
    let per_address = limit(parser, "PREORDERS_PER_ADDRESS", 10);
    Some(PreorderLimits { per_source: per_source?, per_address: per_address? })
}

/// Parses `ATTEMPTS_PER_READER` and `ATTEMPTS_PER_CARD`: how many attempts to pay for novels one reader and one payment
/// method have in an hour; 20 and 10 unless set, 0 for no limit. In the stage `local` there is no limit unless one is set.
pub fn attempt_limits(parser: &mut Parser<'_>) -> Option<AttemptLimits> {
    let per_reader = limit(parser, "ATTEMPTS_PER_READER", 20);
    let per_card = limit(parser, "ATTEMPTS_PER_CARD", 10);
    Some(AttemptLimits { per_reader: per_reader?, per_card: per_card? })
}

/// Parses `TRUSTED_PROXIES`: how many proxies of our own stand before API Gateway, from 0 to 5; 0 unless set.
fn trusted_proxies(parser: &mut Parser<'_>) -> Option<TrustedProxies> {
    let number = parser.optional("TRUSTED_PROXIES", |text| match text.parse() {
        Ok(number @ 0..=5) => Ok(number),
        _ => Err("set a number from 0 to 5"),
    })?;
    Some(TrustedProxies(number.unwrap_or(0)))
}

/// Parses `APP_CHECK`: `off`, `monitored` or `required`; `off` unless set.
pub fn app_check(parser: &mut Parser<'_>) -> Option<AppCheck> {
    let app_check = parser.optional("APP_CHECK", |text| match text {
        "off" => Ok(AppCheck::Off),
        "monitored" => Ok(AppCheck::Monitored),
        "required" => Ok(AppCheck::Required),
        _ => Err("set off, monitored or required"),
    })?;
    Some(app_check.unwrap_or_default())
}

/// Parses `PAYMENTS_NEED_PROVEN_ADDRESS`: whether readers need an e-mail address that Firebase has verified to pay for a
/// novel, `true` or `false`; `false` unless set.
pub fn payments_need_proven_address(parser: &mut Parser<'_>) -> Option<bool> {
    let needed = parser.optional("PAYMENTS_NEED_PROVEN_ADDRESS", |text| match text {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err("set true or false"),
    })?;
    Some(needed.unwrap_or(false))
}

fn limit(parser: &mut Parser<'_>, name: &str, otherwise: u16) -> Option<Option<Limit>> {
    let otherwise = if parser.stage() == Some(Stage::Local) { 0 } else { otherwise };
    let count = parser.optional(name, |text| text.parse().map_err(|_| "set a whole number from 0 to 65535"))?;
    Some(Limit::per_hour(count.unwrap_or(otherwise)))
}

#[cfg(test)]
mod tests {
    use pledge_runtime::Environment;

    use super::*;

    fn counts(variables: &[(&str, &str)]) -> Result<[Option<u16>; 2], String> {
        let environment: Environment = variables.iter().copied().collect();
        let limits = environment.configure(preorder_limits).map_err(|error| error.to_string())?;
        Ok([limits.per_source, limits.per_address].map(|limit| limit.map(Limit::count)))
    }

    #[test]
    fn there_are_limits_everywhere_but_on_a_developers_machine() {
        assert_eq!(counts(&[("STAGE", "prod")]), Ok([Some(100), Some(10)]));
        assert_eq!(counts(&[("STAGE", "local")]), Ok([None, None]));
        assert_eq!(counts(&[("STAGE", "local"), ("PREORDERS_PER_SOURCE", "3")]), Ok([Some(3), None]));
        assert_eq!(counts(&[("STAGE", "prod"), ("PREORDERS_PER_ADDRESS", "0")]), Ok([Some(100), None]));
        for wrong in ["-1", "many", "70000"] {
            let error = counts(&[("STAGE", "prod"), ("PREORDERS_PER_ADDRESS", wrong)]).unwrap_err();
            assert!(error.contains("PREORDERS_PER_ADDRESS"), "{error}");
        }
    }

    #[test]
    fn app_check_is_off_unless_set() {
        let parsed = |variables: &[(&str, &str)]| {
            let environment: Environment = variables.iter().copied().collect();
            environment.configure(app_check).map_err(|error| error.to_string())
        };
        let stage = ("STAGE", "prod");
        assert_eq!(parsed(&[stage]), Ok(AppCheck::Off));
        assert_eq!(parsed(&[stage, ("APP_CHECK", "monitored")]), Ok(AppCheck::Monitored));
        assert_eq!(parsed(&[stage, ("APP_CHECK", "required")]), Ok(AppCheck::Required));
        let wrong = parsed(&[stage, ("APP_CHECK", "on")]).unwrap_err();
        assert!(wrong.contains("APP_CHECK"), "{wrong}");
    }
}
