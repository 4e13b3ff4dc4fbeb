//! A function whose configuration is wrong doesn't start, and names what to correct. These tests need no cloud.

use std::collections::BTreeSet;

use pledge_testkit::functions;
use pledge_tests::{Ended, Function};

/// Lambda's own variables, and the stage.
const STAGE: [(&str, &str); 4] =
    [("STAGE", "local"), ("AWS_REGION", "us-east-1"), ("AWS_ACCESS_KEY_ID", "test"), ("AWS_SECRET_ACCESS_KEY", "test")];

/// The required variables of each function.
const NEEDED: [(&str, &[&str]); 5] = [
    (
        "initiate-preorder",
        &["DATABASE_URL", "KLAVIYO_QUEUE_URL", "PREORDER_PRICES", "FIREBASE_PROJECT_ID", "FIREBASE_SERVICE_ACCOUNT"],
    ),
    (
        "create-checkout",
        &[
            "DATABASE_URL",
            "STRIPE_SECRET_KEY",
            "KLAVIYO_QUEUE_URL",
            "PREORDER_PRICES",
            "PUBLIC_SITE_URL",
            "FIREBASE_PROJECT_ID",
            "FIREBASE_SERVICE_ACCOUNT",
        ],
    ),
    ("create-champion-subscription", &["DATABASE_URL", "STRIPE_SECRET_KEY", "FIREBASE_PROJECT_ID", "PUBLIC_SITE_URL"]),
    ("stripe-webhook", &["DATABASE_URL", "STRIPE_WEBHOOK_SECRETS", "KLAVIYO_QUEUE_URL"]),
    ("klaviyo-sender", &["DATABASE_URL", "KLAVIYO_API_KEY", "KLAVIYO_QUEUE_URL"]),
];

async fn ended(name: &str, variables: &[(&str, &str)]) -> Ended {
    let ended = Function::start(name, variables.iter().copied()).await.ended().await;
    assert!(!ended.success, "{name} ended well: {:#?}", ended.log);
    assert_eq!(ended.log.len(), 1, "{name}: {:#?}", ended.log);
    ended
}

fn assert_names(ended: &Ended, names: &[&str]) {
    for name in names {
        assert!(ended.log[0].contains(name), "{name} is not in {}", ended.log[0]);
    }
}

#[test]
fn every_function_is_looked_at() {
    let looked_at: BTreeSet<String> = NEEDED.iter().map(|(function, _)| (*function).to_owned()).collect();
    assert_eq!(looked_at, functions().into_iter().collect());
}

#[tokio::test]
async fn no_function_starts_without_a_stage() {
    for (function, _) in NEEDED {
        assert_names(&ended(function, &[]).await, &["STAGE"]);
    }
}

#[tokio::test]
async fn every_missing_variable_is_named_at_once() {
    for (function, needed) in NEEDED {
        assert_names(&ended(function, &STAGE).await, needed);
    }
}

#[tokio::test]
async fn every_malformed_variable_is_named_and_no_secret_is_shown() {
    let secret = "hunter2";
    let malformed = [
        ("DATABASE_URL", "mysql://u:hunter2@db/pledge"),
        ("KLAVIYO_QUEUE_URL", "hunter2"),
        ("PREORDER_PRICES", r#"{"Red":"hunter2"}"#),
        ("PUBLIC_SITE_URL", "hunter2"),
        ("STRIPE_SECRET_KEY", "hunter2"),
        ("STRIPE_WEBHOOK_SECRETS", "hunter2,"),
        ("KLAVIYO_METRIC_NAMES", "hunter2"),
        ("SWEEP_AFTER_SECONDS", "soon"),
        ("SEND_INTERVAL_MILLISECONDS", "soon"),
        ("FIREBASE_SERVICE_ACCOUNT", r#"{"private_key":"hunter2"}"#),
    ];
    let variables: Vec<_> = STAGE.into_iter().chain(malformed).collect();
    for (function, names) in [
        ("create-checkout", &["DATABASE_URL", "PREORDER_PRICES", "PUBLIC_SITE_URL", "STRIPE_SECRET_KEY"][..]),
        ("stripe-webhook", &["DATABASE_URL", "STRIPE_WEBHOOK_SECRETS"]),
        (
            "klaviyo-sender",
            &[
                "DATABASE_URL",
                "KLAVIYO_API_KEY",
                "KLAVIYO_METRIC_NAMES",
                "SWEEP_AFTER_SECONDS",
                "SEND_INTERVAL_MILLISECONDS",
            ],
        ),
    ] {
        let ended = ended(function, &variables).await;
        assert_names(&ended, names);
        assert!(!ended.log[0].contains(secret), "{}", ended.log[0]);
    }
}

#[tokio::test]
async fn production_refuses_what_is_for_tests() {
    let in_production = |variables: &[(&'static str, &'static str)]| -> Vec<_> {
        let stage = STAGE.into_iter().skip(1).chain([("STAGE", "prod")]);
        stage.chain(variables.iter().copied()).collect()
    };
    let emulators = [("STRIPE_API_BASE", "http://127.0.0.1:1"), ("FIREBASE_AUTH_EMULATOR_HOST", "127.0.0.1:2")];
    let with_emulators = ended("create-checkout", &in_production(&emulators)).await;
    assert_names(&with_emulators, &emulators.map(|(name, _)| name));

    let with_a_test_key = ended("create-checkout", &in_production(&[("STRIPE_SECRET_KEY", "sk_test_1")])).await;
    assert_names(&with_a_test_key, &["STRIPE_SECRET_KEY: "]);
}
