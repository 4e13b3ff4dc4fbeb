use std::collections::BTreeSet;

use pledge_stripe_events::HANDLED;
use serde_json::Value;

use crate::{
    environment::TestEnvironment,
    vault::{ARN, VaultStandIn},
};

const URL: &str = "https://api.example.com/webhooks/stripe";

fn events(endpoint: &Value) -> BTreeSet<&str> {
    endpoint["enabled_events"].as_array().unwrap().iter().map(|kind| kind.as_str().unwrap()).collect()
}

#[tokio::test]
async fn an_endpoint_is_made_once_and_its_secret_shown_once() {
    let environment = TestEnvironment::start().await;
    let register = format!("webhook register --url {URL}");
    let dry = environment.succeeds(&register).await;
    assert!(dry.err.contains("--apply") && environment.stand_in.objects("webhook_endpoint").is_empty());

    let made = environment.succeeds(&format!("{register} --apply")).await;
    assert_eq!(made.lines().iter().filter(|line| line.starts_with("whsec_")).count(), 1, "{made:?}");
    let endpoints = environment.stand_in.objects("webhook_endpoint");
    assert_eq!(endpoints.len(), 1);
    assert_eq!(events(&endpoints[0]), BTreeSet::from(HANDLED));
    assert_eq!((&endpoints[0]["url"], &endpoints[0]["api_version"]), (&URL.into(), &"2026-09-30.endive".into()));

    let again = environment.succeeds(&format!("{register} --apply")).await;
    assert!(!again.out.contains("whsec_") && !again.err.contains("whsec_"), "{again:?}");
    assert_eq!(environment.stand_in.objects("webhook_endpoint").len(), 1);
}

#[tokio::test]
async fn an_endpoint_with_other_events_is_corrected() {
    let environment = TestEnvironment::start().await;
    let form = [("url", URL), ("enabled_events[]", "invoice.paid"), ("enabled_events[]", "customer.created")];
    let endpoint =
        environment.post("webhook_endpoints", &[&form[..], &[("api_version", "2026-09-30.endive")]].concat()).await;
    let id = endpoint["id"].as_str().unwrap();
    environment.post(&format!("webhook_endpoints/{id}"), &[("disabled", "true")]).await;

    let dry = environment.succeeds(&format!("webhook register --url {URL}")).await;
    assert!(dry.lines().contains(&format!("{id}\t- customer.created").as_str()), "{dry:?}");
    assert!(dry.lines().contains(&format!("{id}\t+ charge.refunded").as_str()), "{dry:?}");
    assert_eq!(events(&environment.stand_in.object(id)).len(), 2);

    environment.succeeds(&format!("webhook register --url {URL} --apply")).await;
    let corrected = environment.stand_in.object(id);
    assert_eq!(events(&corrected), BTreeSet::from(HANDLED));
    assert_eq!(corrected["status"], "enabled");
}

#[tokio::test]
async fn an_endpoint_of_another_version_is_not_passed_over_in_silence() {
    let environment = TestEnvironment::start().await;
    let form = [("url", URL), ("enabled_events[]", "invoice.paid"), ("api_version", "2024-06-20")];
    environment.post("webhook_endpoints", &form).await;
    let said = environment.ops(&format!("webhook register --url {URL} --apply")).await;
    assert_eq!(said.status, 3);
    assert!(said.err.contains("2024-06-20"), "{said:?}");
}

#[tokio::test]
async fn a_wrong_key_is_not_shown() {
    let environment = TestEnvironment::start().await;
    let other = TestEnvironment::start().await;
    let said = environment.ops("webhook register --url nonsense --apply").await;
    assert_eq!(said.status, 1);
    assert!(!said.err.contains("sk_test") && said.err.contains("400"), "{said:?}");
    drop(other);
}

#[tokio::test]
async fn a_signing_secret_is_stored_beside_the_others_and_not_shown() {
    for (before, kept) in [(None, ""), (Some("whsec_old"), "whsec_old,"), (Some("to be filled"), "")] {
        let environment = TestEnvironment::start().await;
        let vault = VaultStandIn::start(before).await;
        let line = ["webhook", "register", "--url", URL, "--store", ARN];
        let dry = environment.ops_given(&line, &vault.variables()).await;
        assert!(dry.status == 0 && vault.value().as_deref() == before, "{dry:?}");

        let made = environment.ops_given(&[&line[..], &["--apply"]].concat(), &vault.variables()).await;
        assert!(made.status == 0 && !made.out.contains("whsec_") && !made.err.contains("whsec_"), "{made:?}");
        let stored = vault.value().unwrap();
        let new = stored.strip_prefix(kept).unwrap();
        assert!(new.starts_with("whsec_") && !new.contains(','), "{stored}");
    }
}

#[tokio::test]
async fn no_endpoint_is_made_whose_secret_has_no_place() {
    let environment = TestEnvironment::start().await;
    let vault = VaultStandIn::start(None).await;
    let line = ["webhook", "register", "--url", URL, "--store", "arn:aws:secretsmanager:x:1:secret:other", "--apply"];
    let said = environment.ops_given(&line, &vault.variables()).await;
    assert_eq!(said.status, 1, "{said:?}");
    assert!(environment.stand_in.objects("webhook_endpoint").is_empty());
}
