//! A webhook receiver that checks signatures by itself, answers as told and keeps what it received.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use ring::hmac;
use serde_json::Value;

#[derive(Clone, Default)]
pub struct Receiver {
    pub url: String,
    secret: String,
    got: Arc<Mutex<Vec<Received>>>,
    answers: Arc<Mutex<VecDeque<u16>>>,
}

#[derive(Clone, Debug)]
pub struct Received {
    pub event: Value,
    pub signature: String,
    pub verified: bool,
}

impl Receiver {
    pub async fn start(secret: &str) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let receiver = Self { url, secret: secret.to_owned(), ..Self::default() };
        let router = Router::new().route("/hook", post(receive)).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        receiver
    }

    /// Sets the statuses of the next answers; 200 after that.
    pub fn answer_with(&self, statuses: &[u16]) {
        self.answers.lock().unwrap().extend(statuses);
    }

    pub fn got(&self) -> Vec<Received> {
        self.got.lock().unwrap().clone()
    }

    pub fn types(&self) -> Vec<String> {
        self.got().iter().map(|received| received.event["type"].as_str().unwrap().to_owned()).collect()
    }
}

async fn receive(State(receiver): State<Receiver>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let signature = headers["stripe-signature"].to_str().unwrap().to_owned();
    let received = Received {
        verified: verify(&signature, &body, &receiver.secret),
        event: serde_json::from_slice(&body).unwrap(),
        signature,
    };
    receiver.got.lock().unwrap().push(received);
    let status = receiver.answers.lock().unwrap().pop_front().unwrap_or(200);
    StatusCode::from_u16(status).unwrap()
}

/// Checks a signature as Stripe's documentation does, without the code that signs.
fn verify(header: &str, body: &[u8], secret: &str) -> bool {
    let time = header.split(',').find_map(|part| part.strip_prefix("t=")).unwrap();
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let mut signed = format!("{time}.").into_bytes();
    signed.extend_from_slice(body);
    header
        .split(',')
        .filter_map(|part| part.strip_prefix("v1="))
        .any(|signature| hmac::verify(&key, &signed, &hex::decode(signature).unwrap()).is_ok())
}
