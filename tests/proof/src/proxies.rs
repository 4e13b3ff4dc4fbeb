//! Proxies on which every step has a number and can fail.

use std::{sync::Arc, time::Duration};

use pledge_faults::{FailureMode, FaultInjector, Setup, System, TcpProxy};
use pledge_stand_ins::{Fault as Answer, Faults};

/// How long an answer travels: longer than a client needs to send what it sends at once.
const LATENCY: Duration = Duration::from_millis(1);

/// As often as the client that tries most often tries in one call.
const TRIES: u32 = 4;

/// Starts a proxy before a PostgreSQL server.
pub async fn before_postgres(server: (String, u16), injector: &FaultInjector) -> TcpProxy {
    before(server, System::Postgres, injector, None).await
}

/// Starts a proxy before a server that speaks HTTP at this base URL.
pub async fn before_http(system: System, base_url: &str, injector: &FaultInjector) -> TcpProxy {
    before(host_and_port(base_url), system, injector, None).await
}

/// Starts a proxy before a stand-in, which answers with errors itself when a step is to fail so.
pub async fn before_stand_in(system: System, base_url: &str, faults: &Faults, injector: &FaultInjector) -> TcpProxy {
    let faults = faults.clone();
    let answer_with_error = move |mode| match mode {
        FailureMode::Status500 => faults.add(Answer::status(500)),
        FailureMode::Status500After => faults.add(Answer::status(500).after_effect()),
        FailureMode::Outage => faults.add(Answer::status(503).times(TRIES)),
        // Klaviyo says when to come back: later than a sender waits, so that all of them must keep to it.
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
