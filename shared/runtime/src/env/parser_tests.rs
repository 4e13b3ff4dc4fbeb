//! Tests of the parser's promises: all problems are reported at once, by name, and no secret is shown.

use std::collections::BTreeMap;

use super::*;
use crate::stage::Stage;

fn problems<T>(result: Result<T, ConfigError>) -> Vec<String> {
    result.err().unwrap().problems().iter().map(|problem| problem.name.clone()).collect()
}

fn environment(variables: &[(&str, &str)]) -> Environment {
    variables.iter().copied().collect()
}

fn read(name: &str, value: Result<&str, &str>) -> Environment {
    let mut environment = environment(&[("STAGE", "prod"), (&arn_variable(name), "arn:1")]);
    environment.add_secrets([(name.to_owned(), value.map(Secret::new).map_err(|text| VaultError(text.into())))]);
    environment
}

#[test]
fn everything_wrong_is_named_at_once() {
    let environment = environment(&[("SITE", "www.example.com"), ("PRICES", "{"), ("EMPTY", " ")]);
    let mut parser = Parser::new(&environment);
    let site = parser.url("SITE");
    parser.json::<BTreeMap<String, String>>("PRICES");
    parser.text("EMPTY");
    parser.secret("KEY");
    let error = parser.finish(|| site).unwrap_err();
    assert_eq!(problems(Err::<(), _>(error.clone())), ["STAGE", "SITE", "PRICES", "EMPTY", "KEY"]);
    assert!(error.to_string().contains("SITE: set a URL"), "{error}");
    assert_eq!(format!("{error:?}"), error.to_string());
}

#[test]
fn values_come_out_typed_and_trimmed() {
    let environment = environment(&[("STAGE", "dev"), ("SITE", "https://a.example/ "), ("PRICES", r#"{"Red":"p"}"#)]);
    let mut parser = Parser::new(&environment);
    let values = (
        parser.stage(),
        parser.url("SITE"),
        parser.json::<BTreeMap<String, String>>("PRICES"),
        parser.optional_url("NONE"),
        parser.optional_text("NONE"),
    );
    let expected = (
        Some(Stage::Dev),
        Some("https://a.example".to_owned()),
        Some(BTreeMap::from([("Red".to_owned(), "p".to_owned())])),
        Some(None),
        None,
    );
    assert_eq!(values, expected);
    assert!(parser.finish(|| Some(())).is_ok());
}

#[test]
fn emulators_are_refused_outside_the_local_stage() {
    for stage in Stage::ALL {
        let environment = environment(&[("STAGE", stage.name()), ("API_BASE", "http://localhost:1/")]);
        let mut parser = Parser::new(&environment);
        let base = parser.emulator_url("API_BASE");
        assert_eq!(base == Some(Some("http://localhost:1".to_owned())), stage == Stage::Local, "{stage}");
        assert_eq!(parser.finish(|| Some(())).is_ok(), stage == Stage::Local, "{stage}");
    }
    // An unknown stage isn't treated as local either.
    let nowhere = environment(&[("API_BASE", "http://localhost:1")]);
    let mut parser = Parser::new(&nowhere);
    assert_eq!(parser.emulator_url("API_BASE"), None);
    assert_eq!(parser.emulator_url("NONE"), Some(None));
    assert_eq!(problems(parser.finish(|| Some(()))), ["STAGE", "API_BASE"]);
}

#[test]
fn a_plain_secret_is_for_the_local_stage_only() {
    for stage in Stage::ALL {
        let environment = environment(&[("STAGE", stage.name()), ("KEY", "k")]);
        let mut parser = Parser::new(&environment);
        assert_eq!(parser.secret("KEY").is_some(), stage == Stage::Local);
        assert_eq!(parser.finish(|| Some(())).is_ok(), stage == Stage::Local);
    }
    let both = environment(&[("STAGE", "local"), ("KEY", "k"), ("KEY_SECRET_ARN", "arn:1")]);
    assert_eq!(Parser::new(&both).secret("KEY"), None);
}

#[test]
fn an_empty_missing_or_unreadable_secret_is_an_error_by_name() {
    let cases = [
        (read("KEY", Ok(" \n")), "KEY_SECRET_ARN"),
        (read("KEY", Err("AccessDenied")), "KEY_SECRET_ARN"),
        (environment(&[("STAGE", "prod")]), "KEY"),
        (environment(&[("STAGE", "prod"), ("KEY_SECRET_ARN", "arn:1")]), "KEY_SECRET_ARN"),
    ];
    for (environment, name) in cases {
        let mut parser = Parser::new(&environment);
        assert_eq!(parser.secret("KEY"), None);
        assert_eq!(problems(parser.finish(|| Some(()))), [name]);
    }
}

#[test]
fn secrets_that_were_read_come_out_trimmed_and_are_in_no_error() {
    let environment = read("KEYS", Ok("whsec_new,whsec_old\n"));
    let mut parser = Parser::new(&environment);
    assert_eq!(parser.secret("KEYS"), Some(Secret::new("whsec_new,whsec_old")));
    assert_eq!(parser.parse_secret("KEYS", |_| Err::<(), _>("set another")), None);
    assert!(!parser.finish(|| Some(())).unwrap_err().to_string().contains("whsec"));
}

#[test]
fn a_secret_that_fails_its_check_is_named_and_never_shown() {
    let check = |text: &str| if text.starts_with("live_") { Ok(()) } else { Err("set a live key") };
    let environment = read("KEY", Ok("test_123"));
    let mut parser = Parser::new(&environment);
    assert_eq!(parser.checked_secret("KEY", check), None);
    let error = parser.finish(|| Some(())).unwrap_err();
    assert_eq!(format!("{:?}", error.problems()), "[KEY: set a live key]");

    let environment = read("KEY", Ok("live_123"));
    assert!(Parser::new(&environment).checked_secret("KEY", check).is_some());
}

#[test]
fn debug_shows_names_without_values() {
    assert_eq!(format!("{:?}", environment(&[("KEY", "value")])), r#"{"KEY"}"#);
}
