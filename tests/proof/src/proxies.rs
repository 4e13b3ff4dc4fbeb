//! Proxies on which every step has a number and can fail.

use std::{sync::Arc, time::Duration};

use pledge_faults::{FailureMode, FaultInjector, QueueServer, Setup, System, TcpProxy};
use pledge_stand_ins::{Fault as Answer, Faults, FirebaseStandIn, KlaviyoStandIn, StripeStandIn};
use pledge_testkit::TestDatabase;

/// The time that an answer takes to arrive: longer than a client needs to send everything that it sends at once.
const LATENCY: Duration = Duration::from_millis(1);

/// The number of answers with 503 in an outage: the most attempts that any client makes in one call.
const TRIES: u32 = 4;

/// Starts a proxy before each system: PostgreSQL, Stripe, Klaviyo, Firebase and SQS, in this order.
pub async fn before_all(
    database: &TestDatabase,
    stripe: &StripeStandIn,
    klaviyo: &KlaviyoStandIn,
    firebase: &FirebaseStandIn,
    sqs: &QueueServer,
    injector: &FaultInjector,
) -> [TcpProxy; 5] {
    [
        before(database.address(), System::Postgres, injector, None).await,
        before_stand_in(System::Stripe, &stripe.base_url(), stripe.faults(), injector).await,
        before_stand_in(System::Klaviyo, &klaviyo.base_url(), klaviyo.faults(), injector).await,
        before_stand_in(System::Firebase, &firebase.base_url(), firebase.faults(), injector).await,
        before(host_and_port(&sqs.base_url()), System::Sqs, injector, None).await,
    ]
}

/// Starts a proxy before a stand-in, which answers with errors itself when a step is to fail so.
async fn before_stand_in(system: System, base_url: &str, faults: &Faults, injector: &FaultInjector) -> TcpProxy {
    let faults = faults.clone();
    let answer_with_error = move |mode| match mode {
        FailureMode::Status500 => faults.add(Answer::status(500)),
        FailureMode::Status500After => faults.add(Answer::status(500).after_effect()),
        FailureMode::Outage => faults.add(Answer::status(503).times(TRIES)),
        // The `Retry-After` is longer than a sender waits, so that later senders must keep to it as well.
        FailureMode::TooMany if system == System::Klaviyo => faults.add(Answer::rate_limited(30)),
        FailureMode::TooMany => faults.add(Answer::status(429)),
        other => panic!("{other:?} is no answer"),
    };
    before(host_and_port(base_url), system, injector, Some(Arc::new(answer_with_error))).await
}

async fn before(
    server: (String, u16),
    system: System,
    injector: &FaultInjector,
    answer_with_error: Option<Arc<dyn Fn(FailureMode) + Send + Sync>>,
) -> TcpProxy {
    let setup = Setup { latency: LATENCY, injector: injector.clone(), system, answer_with_error };
    TcpProxy::start(server, setup).await
}

fn host_and_port(base_url: &str) -> (String, u16) {
    let (host, port) = base_url.trim_start_matches("http://").rsplit_once(':').unwrap();
    (host.to_owned(), port.parse().unwrap())
}
