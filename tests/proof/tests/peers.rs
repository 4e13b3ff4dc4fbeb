//! Stripe's own SDK and another JWT library, in Python, accept what we sign, and we accept what they sign.
#![allow(clippy::unwrap_used, reason = "helpers of tests may stop a test")]

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, Command, Stdio},
};

use axum::{Json, Router, routing::get};
use pledge_domain::ports::{Clock, TokenVerifier};
use pledge_firebase::{FirebaseVerifier, Issuer};
use pledge_proof::settings;
use pledge_runtime::{System, http, tls};
use pledge_stripe_events::{Secrets, TOLERANCE, sign, verify};
use serde_json::{Value, json};

struct Peers(Child, BufReader<std::process::ChildStdout>);

impl Peers {
    /// Starts the peers. Prints a note and returns none if `scripts/peers` hasn't installed them.
    fn start() -> Option<Self> {
        let Some(python) = settings::python() else {
            eprintln!("skipped: scripts/peers installs the peers and runs this");
            return None;
        };
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../peers/peers.py");
        let mut child = Command::new(python).arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        Some(Self(child, output))
    }

    fn ask(&mut self, request: &Value) -> Value {
        writeln!(self.0.stdin.as_mut().unwrap(), "{request}").unwrap();
        let mut line = String::new();
        self.1.read_line(&mut line).unwrap();
        serde_json::from_str(&line).unwrap()
    }
}

impl Drop for Peers {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        self.0.wait().unwrap();
    }
}

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

#[test]
fn signatures_agree_with_stripes_sdk() {
    let Some(mut peers) = Peers::start() else { return };
    let secrets = Secrets::new([SECRET]).unwrap();
    let now = System.now();
    let bodies =
        ["{}", "{\"a\": 1}\n", "{\"name\":\"山田 花子 🤖\"}", "{\"text\":\"a\\u0000b\"}", &"x".repeat(100_000)];
    for body in bodies {
        let theirs = json!({ "do": "header", "body": body, "secret": SECRET, "time": now.unix_timestamp() });
        let theirs = peers.ask(&theirs);
        let theirs = theirs.as_str().unwrap();
        verify(body.as_bytes(), theirs, &secrets, TOLERANCE, now).unwrap();
        assert!(verify(format!("{body} ").as_bytes(), theirs, &secrets, TOLERANCE, now).is_err());
        assert_eq!(sign(body.as_bytes(), SECRET, now), theirs);
    }
    let body = json!({ "id": "evt_1", "object": "event" }).to_string();
    let ours = sign(body.as_bytes(), SECRET, now);
    let accepts = |peers: &mut Peers, header: &str| {
        peers.ask(&json!({ "do": "accepts", "body": body, "secret": SECRET, "header": header })) == true
    };
    assert!(accepts(&mut peers, &ours));
    assert!(!accepts(&mut peers, &sign(body.as_bytes(), "whsec_other", now)));
}

#[tokio::test]
async fn id_tokens_of_another_library_are_accepted() {
    let Some(mut peers) = Peers::start() else { return };
    let keys = peers.ask(&json!({ "do": "jwks" }));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/keys", listener.local_addr().unwrap());
    let app = Router::new().route("/keys", get(async || Json(keys)));
    tokio::spawn(async move { axum::serve(listener, app).await });
    let client = http::client(tls::client_config(tls::web_roots()).unwrap()).unwrap();
    let issuer = Issuer::Google { project: "peer-project".to_owned() };
    let verifier = FirebaseVerifier::new(client, issuer).with_keys_url(url);
    let now = System.now();
    let claims = json!({
        "iss": "https://securetoken.google.com/peer-project", "aud": "peer-project", "sub": "uid-1",
        "auth_time": now.unix_timestamp() - 5, "email": "reader@example.com", "email_verified": true,
    });
    let token = peers.ask(&json!({ "do": "token", "claims": claims }));
    let user = verifier.verify(token.as_str().unwrap(), now).await.unwrap();
    assert_eq!((user.id.as_str(), user.email_verified), ("uid-1", true));
    for (claim, value) in [
        ("aud", json!("another-project")),
        ("iss", json!("https://securetoken.google.com/another-project")),
        ("sub", json!("")),
        ("exp", json!(now.unix_timestamp() - 120)),
    ] {
        let mut claims = claims.clone();
        claims[claim] = value;
        let token = peers.ask(&json!({ "do": "token", "claims": claims }));
        assert!(verifier.verify(token.as_str().unwrap(), now).await.is_err(), "{claim}");
    }
}
