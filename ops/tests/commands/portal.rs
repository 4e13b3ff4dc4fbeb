use serde_json::Value;

use crate::environment::TestEnvironment;

fn on(configuration: &Value) -> Vec<&str> {
    let features = configuration["features"].as_object().unwrap();
    features.iter().filter(|(_, feature)| feature["enabled"] == true).map(|(name, _)| name.as_str()).collect()
}

#[tokio::test]
async fn a_configuration_is_made_once_in_which_nobody_cancels_or_switches_plans() {
    let environment = TestEnvironment::start().await;
    let dry = environment.succeeds("portal register").await;
    assert!(dry.err.contains("--apply") && environment.stand_in.objects("billing_portal.configuration").is_empty());

    for _ in 0..2 {
        environment.succeeds("portal register --apply").await;
        let configurations = environment.stand_in.objects("billing_portal.configuration");
        assert_eq!(configurations.len(), 1);
        assert_eq!(on(&configurations[0]), ["invoice_history", "payment_method_update"]);
    }
}

#[tokio::test]
async fn a_configuration_in_which_somebody_may_cancel_is_corrected() {
    let environment = TestEnvironment::start().await;
    let form = [("features[subscription_cancel][enabled]", "true"), ("metadata[pledge]", "portal")];
    let configuration = environment.post("billing_portal/configurations", &form).await;
    let id = configuration["id"].as_str().unwrap();

    let dry = environment.succeeds("portal register").await;
    assert!(dry.lines().contains(&format!("{id}\t- subscription_cancel").as_str()), "{dry:?}");
    assert_eq!(on(&environment.stand_in.object(id)), ["subscription_cancel"]);

    environment.succeeds("portal register --apply").await;
    assert_eq!(on(&environment.stand_in.object(id)), ["invoice_history", "payment_method_update"]);
}
