use serde_json::Value;

use crate::world::World;

fn on(configuration: &Value) -> Vec<&str> {
    let features = configuration["features"].as_object().unwrap();
    features.iter().filter(|(_, feature)| feature["enabled"] == true).map(|(name, _)| name.as_str()).collect()
}

#[tokio::test]
async fn a_configuration_is_made_once_in_which_nobody_cancels_or_switches_plans() {
    let world = World::start().await;
    let dry = world.succeeds("portal register").await;
    assert!(dry.err.contains("--apply") && world.stand_in.objects("billing_portal.configuration").is_empty());

    for _ in 0..2 {
        world.succeeds("portal register --apply").await;
        let configurations = world.stand_in.objects("billing_portal.configuration");
        assert_eq!(configurations.len(), 1);
        assert_eq!(on(&configurations[0]), ["invoice_history", "payment_method_update"]);
    }
}

#[tokio::test]
async fn a_configuration_in_which_somebody_may_cancel_is_corrected() {
    let world = World::start().await;
    let form = [("features[subscription_cancel][enabled]", "true"), ("metadata[pledge]", "portal")];
    let configuration = world.post("billing_portal/configurations", &form).await;
    let id = configuration["id"].as_str().unwrap();

    let dry = world.succeeds("portal register").await;
    assert!(dry.lines().contains(&format!("{id}\t- subscription_cancel").as_str()), "{dry:?}");
    assert_eq!(on(&world.stand_in.object(id)), ["subscription_cancel"]);

    world.succeeds("portal register --apply").await;
    assert_eq!(on(&world.stand_in.object(id)), ["invoice_history", "payment_method_update"]);
}
