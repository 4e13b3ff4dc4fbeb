//! Many requests from one source, and a few from others meanwhile. The emulator gives every request the same source, so
//! events with many sources are sent to the real binaries, on the cloud's database and stand-ins.

use futures_util::future::join_all;
use pledge_testkit::http::HttpEvent;
use pledge_tests::{Cloud, Function};
use serde_json::json;

/// The number of preorders that one source may make in an hour.
const PER_SOURCE: usize = 5;

async fn start(cloud: &Cloud, name: &str) -> Function {
    let limits = [("PREORDERS_PER_SOURCE", "5"), ("TRUSTED_PROXIES", "1")];
    Function::start(name, cloud.endpoints.variables().into_iter().chain(limits)).await
}

/// Sends one form after the other. Returns how many were stored, and how many refused with a time to wait.
async fn send(function: &Function, path: &str, forms: impl Iterator<Item = (String, String)>) -> (usize, usize) {
    let (mut stored, mut refused) = (0, 0);
    for (source, email) in forms {
        // The request comes through a proxy of ours: API Gateway sees the proxy, and the proxy added the source.
        let chain = format!("203.0.113.99, {source}, 198.18.0.1");
        let form = HttpEvent::post(path).json(&json!({ "email": email, "color": "Red" }));
        let event = form.from_address("198.18.0.1").header("x-forwarded-for", &chain);
        let (status, headers, body) = function.request(&event).await;
        match status {
            200 | 201 => stored += 1,
            429 => {
                let wait: u64 = headers["retry-after"].as_str().unwrap().parse().unwrap();
                assert_eq!(body["code"], "TOO_MANY_REQUESTS");
                assert!((1..=720).contains(&wait), "{wait} s; one is back every twelfth minute");
                refused += 1;
            }
            _ => panic!("{status}: {body}"),
        }
    }
    (stored, refused)
}

#[tokio::test]
async fn a_flood_from_one_source_leaves_others_served() {
    let Some(cloud) = Cloud::enter().await else { return };
    let run = cloud.mark();
    // Each run has a network of its own, since the cloud's database has counted the last one.
    let network = run.bytes().fold(0_u16, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    let flood = format!("2001:db8:{network:x}:1::1");
    let functions = [
        (start(&cloud, "initiate-preorder").await, "/preorders"),
        (start(&cloud, "initiate-preorder").await, "/preorders"),
        (start(&cloud, "create-checkout").await, "/checkout"),
    ];
    let sent = join_all(functions.iter().enumerate().map(|(which, (function, path))| {
        let cloud = &cloud;
        let flood = &flood;
        let forms = (0..30).map(move |n| {
            let name = format!("{which}-{n}");
            // Four requests come from ever other addresses of one network, and the fifth from somebody else.
            let source = match n % 5 {
                4 => format!("2001:db8:{network:x}:{which}{n}::1"),
                _ => format!("{flood}{n:03}"),
            };
            (source, cloud.email(&name))
        });
        async move {
            let forms: Vec<_> = forms.collect();
            let others: Vec<_> = forms.iter().skip(4).step_by(5).cloned().collect();
            let flood: Vec<_> =
                forms.into_iter().enumerate().filter(|(n, _)| n % 5 != 4).map(|(_, form)| form).collect();
            let mut counts = (0, 0);
            for (part, other) in flood.chunks(4).zip(others) {
                let (stored, refused) = send(function, path, part.iter().cloned()).await;
                counts = (counts.0 + stored, counts.1 + refused);
                assert_eq!(send(function, path, [other].into_iter()).await, (1, 0), "somebody else is served");
            }
            counts
        }
    }))
    .await;
    let (stored, refused) = sent.into_iter().fold((0, 0), |all, one| (all.0 + one.0, all.1 + one.1));
    assert_eq!((stored, refused), (PER_SOURCE, 3 * 24 - PER_SOURCE), "of three processes together");
    for (function, _) in functions {
        let log = function.stop().await.log.concat();
        assert!(!log.contains("2001:db8") && !log.contains("198.18.0.1"), "{log}");
    }
}
