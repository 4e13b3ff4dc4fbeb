//! A stand-in of AWS Secrets Manager with one secret
//! (<https://docs.aws.amazon.com/secretsmanager/latest/apireference/Welcome.html>).

use std::sync::{Arc, Mutex};

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// The secret's ARN.
pub const ARN: &str = "arn:aws:secretsmanager:eu-west-1:111122223333:secret:webhook-AbCdEf";

/// A stand-in whose clones share one secret.
#[derive(Clone, Default)]
pub struct VaultStandIn {
    value: Arc<Mutex<Option<String>>>,
    url: String,
}

impl VaultStandIn {
    pub async fn start(value: Option<&str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let vault = Self { value: Arc::new(Mutex::new(value.map(str::to_owned))), url };
        let app = Router::new().route("/", post(answer)).with_state(vault.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        vault
    }

    /// Returns the variables that point the program at this stand-in.
    pub fn variables(&self) -> [(&str, &str); 1] {
        [("AWS_ENDPOINT_URL", &self.url)]
    }

    pub fn value(&self) -> Option<String> {
        self.value.lock().unwrap().clone()
    }
}

async fn answer(State(vault): State<VaultStandIn>, headers: HeaderMap, body: Bytes) -> Response {
    let request: Value = serde_json::from_slice(&body).unwrap();
    if request["SecretId"] != ARN {
        return (StatusCode::BAD_REQUEST, Json(json!({ "__type": "ResourceNotFoundException" }))).into_response();
    }
    let mut value = vault.value.lock().unwrap();
    let answer = match headers["x-amz-target"].to_str().unwrap() {
        "secretsmanager.DescribeSecret" => {
            let versions = value.as_ref().map_or(json!({}), |_| json!({ "v1": ["AWSCURRENT"] }));
            json!({ "ARN": ARN, "VersionIdsToStages": versions })
        }
        "secretsmanager.GetSecretValue" => json!({ "ARN": ARN, "SecretString": *value }),
        "secretsmanager.PutSecretValue" => {
            *value = Some(request["SecretString"].as_str().unwrap().to_owned());
            json!({ "ARN": ARN })
        }
        other => panic!("{other}"),
    };
    Json(answer).into_response()
}
