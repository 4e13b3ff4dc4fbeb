//! Preflight requests of browsers, and the headers that let a page of the front end read an answer.

use pledge_tests::Cloud;
use reqwest::{Method, Response};
use serde_json::json;

/// Sends the preflight request of a browser in which a page of `origin` posts JSON as a signed-in reader.
async fn preflight(cloud: &Cloud, origin: &str, path: &str) -> Response {
    cloud
        .api
        .request(Method::OPTIONS, path)
        .header("origin", origin)
        .header("access-control-request-method", "POST")
        .header(
            "access-control-request-headers",
            "authorization,content-type,idempotency-key,if-none-match,x-firebase-appcheck",
        )
        .send()
        .await
        .unwrap()
}

/// Returns the items of a header, in lower case.
fn items(answer: &Response, header: &str) -> Vec<String> {
    let value = answer.headers().get(header).map(|value| value.to_str().unwrap()).unwrap_or_default();
    let items = value.split(',').map(|item| item.trim().to_ascii_lowercase());
    items.filter(|item| !item.is_empty()).collect()
}

#[tokio::test]
async fn a_page_of_the_front_end_may_call_the_api_from_a_browser() {
    let Some(cloud) = Cloud::enter().await else { return };
    let site = cloud.endpoints.public_site_url.clone();
    for path in ["/preorders", "/checkout", "/payment/stripe/champion-subscription"] {
        let answer = preflight(&cloud, &site, path).await;

        assert!(answer.status().is_success(), "{path}: {}", answer.status());
        assert_eq!(items(&answer, "access-control-allow-origin"), [site.as_str()]);
        assert_eq!(items(&answer, "access-control-allow-methods"), ["get", "post"]);
        let headers = items(&answer, "access-control-allow-headers");
        for sent in ["authorization", "content-type", "idempotency-key", "if-none-match", "x-firebase-appcheck"] {
            assert!(headers.iter().any(|header| header == sent), "{sent} isn't allowed: {headers:?}");
        }
        assert_eq!(items(&answer, "access-control-max-age"), ["600"]);
    }
}

#[tokio::test]
async fn a_page_of_the_front_end_may_read_answers_and_refusals() {
    let Some(cloud) = Cloud::enter().await else { return };
    let site = cloud.endpoints.public_site_url.clone();
    let form = json!({ "email": cloud.email("browser"), "color": "Red", "locale": "en" });
    for (form, status) in [(form, 201), (json!({ "color": "Red" }), 400)] {
        let request = cloud.api.request(Method::POST, "/preorders").header("origin", &site);
        let answer = request.json(&form).send().await.unwrap();

        assert_eq!(answer.status(), status);
        assert_eq!(items(&answer, "access-control-allow-origin"), [site.as_str()]);
        assert_eq!(items(&answer, "access-control-expose-headers"), ["retry-after"]);
    }
}

#[tokio::test]
async fn a_page_of_another_site_may_not_call_the_api() {
    let Some(cloud) = Cloud::enter().await else { return };
    for stranger in
        ["https://stranger.example", "null", &format!("{}.stranger.example", cloud.endpoints.public_site_url)]
    {
        let asked = preflight(&cloud, stranger, "/preorders").await;
        let request = cloud.api.request(Method::GET, "/preorders/0a1b2c3d-0000-4000-8000-000000000000");
        let sent = request.header("origin", stranger).send().await.unwrap();

        for answer in [asked, sent] {
            assert!(
                !answer.headers().contains_key("access-control-allow-origin"),
                "{stranger}: {:?}",
                answer.headers()
            );
        }
    }
}

#[tokio::test]
async fn no_page_may_call_the_webhook() {
    let Some(cloud) = Cloud::enter().await else { return };
    let answer = preflight(&cloud, &cloud.endpoints.public_site_url, "/webhooks/stripe").await;
    assert!(!answer.headers().contains_key("access-control-allow-origin"), "{:?}", answer.headers());
}
