//! Input of real shape, damaged in many ways: no panic, no 5xx for a client's mistake, nothing stored for unverified
//! requests, and nothing personal or secret in the logs.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "helpers of tests may stop a test, and print what they counted"
)]

use std::{fs, path::Path};

use pledge_faults::{Delivery, FailureMode, Fault, System};
use pledge_proof::{
    TestEnvironment,
    environment::{StartMode, sqs_event},
    functions::{READER, TOKEN, WEBHOOK_SECRET},
    journeys::{Journey, champion, form, preorder},
    log_audit,
    random::SeededRandom,
    settings,
};
use pledge_testkit::{TestDatabase, http::HttpEvent};
use serde_json::{Value, json};

fn tries() -> u64 {
    if settings::whole() { 20_000 } else { 400 }
}

/// Returns events of several API versions, as Stripe sends them.
fn corpus() -> Vec<Value> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/stripe-events/tests/fixtures");
    let mut files: Vec<_> = fs::read_dir(fixtures)
        .unwrap()
        .flat_map(|folder| fs::read_dir(folder.unwrap().path()).unwrap())
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    assert!(files.len() > 50);
    files.iter().map(|file| serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap()).collect()
}

/// Changes something anywhere in a value.
fn damage(value: &mut Value, random: &mut SeededRandom) {
    let strange = [
        json!(null),
        json!(true),
        json!(-1),
        json!(i64::MAX),
        json!(1.5e300),
        json!(""),
        json!("\u{0}"),
        json!("😀".repeat(300)),
        json!("x".repeat(70_000)),
        json!([]),
        json!({}),
        json!([[[[{}]]]]),
        json!("cs_test_' or 1=1; --"),
    ];
    let descend = random.below(8) > 0;
    match value {
        Value::Object(fields) if descend && !fields.is_empty() => {
            let index = random.below(fields.len());
            let key = fields.keys().nth(index).unwrap().clone();
            if random.below(6) == 0 {
                fields.remove(&key);
            } else {
                damage(fields.get_mut(&key).unwrap(), random);
            }
        }
        Value::Array(items) if descend && !items.is_empty() => {
            let index = random.below(items.len());
            damage(&mut items[index], random);
        }
        value => *value = strange[random.below(strange.len())].clone(),
    }
}

/// Returns the text with some characters cut off, inserted or replaced.
fn scramble(text: &str, random: &mut SeededRandom) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for _ in 0..=random.below(4) {
        let at = random.below(chars.len().max(1));
        match random.below(3) {
            0 => chars.truncate(at),
            1 => chars.insert(at.min(chars.len()), ['"', '{', ',', '=', '\u{0}', 'é', ' '][random.below(7)]),
            _ if at < chars.len() => chars[at] = char::from(32 + u8::try_from(random.below(95)).unwrap()),
            _ => {}
        }
    }
    chars.into_iter().collect()
}

#[tokio::test]
async fn damaged_events_with_a_good_signature_cause_no_server_error_and_store_nothing_when_refused() {
    let database = TestDatabase::new().await;
    let environment = TestEnvironment::new(&database, StartMode::Warm).await;
    let corpus = corpus();
    let mut refused = 0;
    for seed in 0..tries() {
        let mut random = SeededRandom(seed);
        let mut event = corpus[random.below(corpus.len())].clone();
        // Most damage is in the object: an event whose envelope is damaged is refused before the object is read.
        for _ in 0..=random.below(3) {
            let whole = random.below(8) == 0 || event.pointer("/data/object").is_none();
            damage(event.pointer_mut(if whole { "" } else { "/data/object" }).unwrap(), &mut random);
        }
        let before = environment.rows().await;
        let (status, body) = environment.functions().request(&environment.delivery(&event)).await;
        assert!(matches!(status, 200 | 400), "seed {seed}: {status} {body}\n{event}\n{:#?}", log_audit::tail());
        if status != 200 {
            assert_eq!(environment.rows().await, before, "seed {seed}: what is refused stores nothing");
            refused += 1;
        }
    }
    log_audit::assert_clean();
    println!("{} damaged events with a good signature, {refused} of them refused", tries());
}

#[tokio::test]
async fn without_a_good_signature_nothing_is_stored() {
    let database = TestDatabase::new().await;
    let environment = TestEnvironment::new(&database, StartMode::Warm).await;
    let corpus = corpus();
    let send = async |header: &str, body: &str| {
        let event = HttpEvent::post("/webhooks/stripe").header("stripe-signature", header).body(body);
        let (status, answer) = environment.functions().request(&event).await;
        assert_eq!((status, &answer["code"]), (400, &json!("INVALID_SIGNATURE")), "{header}");
    };
    let mut headers = 0;
    for seed in 0..tries() {
        let mut random = SeededRandom(seed);
        let body = corpus[random.below(corpus.len())].to_string();
        let good = pledge_stripe_events::sign(body.as_bytes(), WEBHOOK_SECRET, environment.now());
        let header: String = scramble(&good, &mut random).chars().filter(|c| !c.is_control() && c.is_ascii()).collect();
        // Some changes leave a valid signature: v1 may come twice, blanks may be added, and digits may be capitals.
        let (time, signature) = good.split_once(",v1=").unwrap();
        if header.to_ascii_lowercase().contains(signature) && header.contains(time) {
            continue;
        }
        send(&header, &body).await;
        headers += 1;
    }
    let body = corpus[0].to_string();
    let good = pledge_stripe_events::sign(body.as_bytes(), WEBHOOK_SECRET, environment.now());
    let (time, signature) = good.split_once(",v1=").unwrap();
    let other = pledge_stripe_events::sign(body.as_bytes(), "whsec_other", environment.now());
    let old =
        pledge_stripe_events::sign(body.as_bytes(), WEBHOOK_SECRET, environment.now() - time::Duration::minutes(6));
    let made_up =
        ["", time, &format!("{time},v1="), &format!("{time},v0={signature}"), &format!("v1={signature}"), &other, &old];
    for header in made_up {
        send(header, &body).await;
    }
    send(&good, &format!("{body} ")).await;
    assert_eq!(environment.rows().await, 0);
    log_audit::assert_clean();
    println!("{} bad signatures", headers + made_up.len() + 1);
}

#[tokio::test]
async fn an_event_of_the_other_mode_changes_nothing() {
    let database = TestDatabase::new().await;
    let environment = TestEnvironment::new(&database, StartMode::Warm).await;
    for mut event in corpus() {
        event["livemode"] = json!(true);
        let (status, answer) = environment.functions().request(&environment.delivery(&event)).await;
        assert_eq!((status, &answer["code"]), (400, &json!("LIVEMODE_MISMATCH")), "{}", event["type"]);
    }
    assert_eq!(environment.rows().await, 0);
}

/// Returns a body with every field for every endpoint that takes one.
fn requests(preorder: &str) -> Vec<(&'static str, Value)> {
    let form = json!({
        "email": "a@example.com", "color": "Red", "locale": "en", "firstName": "A", "lastName": "B",
        "phone": "+85251234567", "addressLine1": "1 Road", "city": "Hong Kong", "country": "HK",
        "customerNotes": "wrap it", "marketingConsent": true, "consentTextVersion": "2026-11",
    });
    vec![
        ("/preorders", form.clone()),
        ("/checkout", form),
        ("/checkout", json!({ "preorderId": preorder })),
        ("/checkout", json!({ "preorderId": "0a1b2c3d-0000-4000-8000-000000000000" })),
        ("/payment/stripe/champion-subscription", json!({ "novelId": 7, "tierLevel": 2, "autoRenew": true })),
        ("/payment/stripe/champion-purchase", json!({ "novelId": 7, "tierLevel": 2 })),
        ("/payment/stripe/champion-subscription/cancel", json!({ "novelId": 7 })),
        ("/payment/stripe/champion-subscription/resume", json!({ "novelId": 7 })),
    ]
}

/// Returns a request to any endpoint with damage anywhere: in its body, path, query or headers.
fn damaged_request(preorder: &str, random: &mut SeededRandom) -> HttpEvent {
    let bearer = format!("Bearer {TOKEN}");
    if random.below(8) == 0 {
        let path = scramble(preorder, random);
        return HttpEvent::get(&format!("/preorders/{path}"));
    }
    if random.below(8) == 0 {
        let query = scramble("novelId=7", random);
        let show = HttpEvent::get("/payment/stripe/champion-subscription").query(&query);
        return show.header("authorization", &bearer);
    }
    let mut requests = requests(preorder);
    let index = random.below(requests.len());
    let (path, mut body) = requests.swap_remove(index);
    damage(&mut body, random);
    let text = if random.below(3) == 0 { scramble(&body.to_string(), random) } else { body.to_string() };
    let types = ["application/json", "application/x-www-form-urlencoded", "text/plain", ""];
    // A form's sender would get a page; JSON is compared here.
    let event = HttpEvent::post(path).header("accept", "application/json");
    let event = event.header("content-type", types[random.below(8).saturating_sub(4)]);
    let header = |text: &str, random: &mut SeededRandom| {
        scramble(text, random).chars().filter(|c| c.is_ascii_graphic() || *c == ' ').collect::<String>()
    };
    let event = match random.below(6) {
        0 => event.header("authorization", &header(&bearer, random)),
        1 => event,
        _ => event.header("authorization", &bearer),
    };
    let event = if random.below(4) == 0 { event.header("idempotency-key", &header("key-1", random)) } else { event };
    if random.below(12) == 0 { event.base64(text.as_bytes()) } else { event.body(&text) }
}

#[tokio::test]
async fn damaged_requests_cause_no_server_error_and_store_nothing_when_refused() {
    let database = TestDatabase::new().await;
    let mut environment = TestEnvironment::new(&database, StartMode::Warm).await;
    let preorder = preorder(&mut environment, READER).await;
    let mut refused = 0;
    for seed in 0..tries() {
        let event = damaged_request(&preorder, &mut SeededRandom(seed));
        let before = environment.rows().await;
        let (status, answer) = environment.functions().request(&event).await;
        assert!(status < 500, "seed {seed}: {status} {answer} for {event:?}\n{:#?}", log_audit::tail());
        if status >= 400 {
            assert!(answer["code"].is_string() && answer["message"].is_string(), "seed {seed}: {answer}");
            assert_eq!(environment.rows().await, before, "seed {seed}: a refused request stores nothing; {event:?}");
            refused += 1;
        }
    }
    log_audit::assert_clean();
    println!("{} damaged requests, {refused} of them refused", tries());
}

#[tokio::test]
async fn damaged_messages_do_not_stop_the_sender() {
    let database = TestDatabase::new().await;
    let environment = TestEnvironment::new(&database, StartMode::Warm).await;
    for seed in 0..tries() {
        let mut random = SeededRandom(seed);
        let mut body = json!({ "version": 1, "outboxIds": ["0a1b2c3d-0000-4000-8000-000000000000"] });
        damage(&mut body, &mut random);
        let body = if random.below(2) == 0 { scramble(&body.to_string(), &mut random) } else { body.to_string() };
        let batch = [Delivery { id: "m".to_owned(), body: body.clone(), count: 0 }];
        assert!(environment.functions().invoke_sender(sqs_event(&batch)).await.is_some(), "seed {seed}: {body}");
    }
    assert_eq!(environment.rows().await, 0);
    log_audit::assert_clean();
    println!("{} damaged messages", tries());
}

/// The logs of all runs are audited. This test adds the refusals that no journey meets.
#[tokio::test]
async fn nothing_personal_or_secret_is_logged() {
    let database = TestDatabase::new().await;
    for journey in Journey::ALL {
        let mut environment = TestEnvironment::new(&database, StartMode::Warm).await;
        let steps = journey.run(&mut environment, &[]).await;
        // The journey is run once more, with two failures.
        let mut environment = TestEnvironment::new(&database, StartMode::Warm).await;
        let fault = |step| Fault { step, mode: FailureMode::AnswerLost };
        journey.run(&mut environment, &[fault(1), fault(steps.len() / 2 + 2)]).await;
        // It is also run with an outage of Firebase. The crash tests leave that out, since the final state differs then.
        if let Some(step) = steps.iter().position(|system| *system == System::Firebase) {
            let mut environment = TestEnvironment::new(&database, StartMode::Warm).await;
            journey.run(&mut environment, &[Fault { step, mode: FailureMode::Outage }]).await;
        }
    }
    let mut environment = TestEnvironment::new(&database, StartMode::Warm).await;
    let body = json!({
        "email": "marker@example.com", "color": "Red", "locale": "en", "firstName": "Seraphina",
        "phone": "+85251234567", "addressLine1": "1 Marker Road",
    });
    environment.ask(&HttpEvent::post("/preorders").json(&body), 201).await;
    for mistake in [json!({ "email": "marker@example", "color": "Seraphina" }), json!("marker@example.com")] {
        let (status, _) = environment.request(&HttpEvent::post("/preorders").json(&mistake)).await;
        assert!((400..500).contains(&status));
    }
    let strange = champion("champion-subscription", &json!({ "novelId": 7, "tierLevel": 2, "autoRenew": true }));
    let (status, _) = environment.request(&strange.header("authorization", "Bearer marker@example.com")).await;
    assert_eq!(status, 401);
    environment.klaviyo.faults().add(pledge_stand_ins::Fault::status(400));
    environment.request(&form("marker.2@example.com")).await;
    environment.settle().await;

    log_audit::assert_clean();
    assert!(log_audit::lines() > 50, "{} lines", log_audit::lines());
    println!("{} lines of logs hold none of the markers", log_audit::lines());
}
