//! Tests of a cold start against a stand-in for Secrets Manager.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::sync::{Arc, Mutex};

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::post,
};
use pledge_runtime::{ConfigError, Environment, Parser, Runtime, Secret, secrets::Rotating};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// A fake of Secrets Manager: as many requests fail as `failures` says, and those after them get their secret.
#[derive(Clone, Default)]
struct FakeSecretsManager(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    secrets: Vec<(&'static str, &'static str)>,
    failures: u32,
    requests: u32,
}

impl FakeSecretsManager {
    async fn start(secrets: &[(&'static str, &'static str)]) -> (Self, String) {
        let fake = Self::default();
        fake.0.lock().unwrap().secrets = secrets.to_vec();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let app = Router::new().route("/", post(answer)).with_state(fake.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        (fake, endpoint)
    }
}

async fn answer(State(fake): State<FakeSecretsManager>, headers: HeaderMap, body: Bytes) -> Response {
    let mut inner = fake.0.lock().unwrap();
    inner.requests += 1;
    if inner.failures > 0 {
        inner.failures -= 1;
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    assert_eq!(headers["x-amz-target"], "secretsmanager.GetSecretValue");
    assert!(headers["authorization"].to_str().unwrap().starts_with("AWS4-HMAC-SHA256 Credential=AKIATEST/"));
    let request: Value = serde_json::from_slice(&body).unwrap();
    match inner.secrets.iter().find(|(arn, _)| request["SecretId"] == *arn) {
        Some((arn, text)) => Json(json!({ "ARN": arn, "SecretString": text })).into_response(),
        None => (StatusCode::BAD_REQUEST, Json(json!({ "__type": "ResourceNotFoundException" }))).into_response(),
    }
}

fn environment(stage: &str, endpoint: &str) -> Environment {
    Environment::from_iter([
        ("STAGE", stage),
        ("AWS_REGION", "eu-west-1"),
        ("AWS_ACCESS_KEY_ID", "AKIATEST"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
        ("AWS_ENDPOINT_URL", endpoint),
        ("DATABASE_URL_SECRET_ARN", "arn:database"),
        ("KLAVIYO_API_KEY_SECRET_ARN", "arn:klaviyo"),
    ])
}

fn secrets(environment: &Environment) -> Result<(Secret, Secret), ConfigError> {
    let mut parser = Parser::new(environment);
    let (database, klaviyo) = (parser.secret("DATABASE_URL"), parser.secret("KLAVIYO_API_KEY"));
    parser.finish(|| Some((database?, klaviyo?)))
}

#[tokio::test]
async fn the_secrets_that_the_environment_names_are_there() {
    let (fake, endpoint) = FakeSecretsManager::start(&[("arn:database", "postgres://"), ("arn:klaviyo", "pk_1")]).await;
    fake.0.lock().unwrap().failures = 1;
    let runtime = Runtime::start(environment("local", &endpoint), "start").await.unwrap();
    assert_eq!(secrets(&runtime.environment).unwrap(), (Secret::new("postgres://"), Secret::new("pk_1")));

    // Each secret takes one request, and the failure one more.
    assert_eq!(fake.0.lock().unwrap().requests, 3);

    fake.0.lock().unwrap().secrets = vec![("arn:klaviyo", "pk_2")];
    let (_, klaviyo) = secrets(&runtime.environment).unwrap();
    let key = Rotating::new(&klaviyo, |text| Ok::<_, &str>(text.to_owned())).unwrap();
    assert!(key.renew(&key.current()).await);
    assert_eq!(*key.current(), "pk_2");
}

#[tokio::test]
async fn a_secret_that_cannot_be_read_stops_the_start_by_name() {
    let (_fake, endpoint) = FakeSecretsManager::start(&[("arn:database", "postgres://")]).await;
    let runtime = Runtime::start(environment("local", &endpoint), "start").await.unwrap();
    let error = secrets(&runtime.environment).unwrap_err().to_string();
    assert!(error.contains("KLAVIYO_API_KEY_SECRET_ARN: the secret could not be read"), "{error}");
    assert!(error.contains("ResourceNotFoundException"), "{error}");
    assert!(!error.contains("DATABASE_URL"), "{error}");
}

#[tokio::test]
async fn nobody_is_asked_for_secrets_while_the_stage_forbids_the_endpoint() {
    let (fake, endpoint) = FakeSecretsManager::start(&[("arn:database", "postgres://")]).await;
    for stage in ["dev", "staging", "prod", "", "production"] {
        let error = Runtime::start(environment(stage, &endpoint), "start").await.unwrap_err();
        assert!(error.to_string().contains("AWS_ENDPOINT_URL: unset it"), "{error}");
    }
    assert_eq!(fake.0.lock().unwrap().requests, 0);
}
