//! The commands of `pledge-local`.

use std::io::{self, Write};
use std::process::ExitCode;

use crate::terminal;
use pledge_local::{Cloud, Endpoints, Error, Options, Progress};
use tokio::process::Command;
use tokio::signal::unix::{SignalKind, signal};

/// Runs the cloud until Ctrl-C, or until one of its programs ends.
pub(crate) async fn run() -> Result<ExitCode, Error> {
    let progress = Progress::printed();
    say("Starting the local cloud of Pledge …\n");
    let options = Options { progress, record_rows: true, ..Options::default() };
    let quiet = options.quiet;
    let endpoints_file = options.endpoints_file();
    let mut cloud = tokio::select! {
        started = Cloud::start(options) => started?,
        () = interrupted() => return Ok(ExitCode::from(130)),
    };
    say(&first_steps(cloud.endpoints()));
    say(&format!("Addresses: {}\nCtrl-C stops everything.\n", endpoints_file.display()));
    let activity = cloud.activity().clone();
    let code = tokio::select! {
        () = interrupted() => ExitCode::SUCCESS,
        () = terminal::tell(&activity), if !quiet => ExitCode::SUCCESS,
        (program, status) = cloud.ended() => {
            say(&format!("{program} has ended by itself: {}", status.map_or_else(String::new, |s| s.to_string())));
            ExitCode::FAILURE
        }
    };
    say("\nStopping …");
    cloud.stop().await;
    Ok(code)
}

/// Runs a command beside a cloud of its own and returns the command's exit status. `TEST_AWS_ENDPOINT_URL` tells the
/// command where its AWS is, for tests that need no more.
pub(crate) async fn exec(program: &str, arguments: &[&str]) -> Result<ExitCode, Error> {
    let options = Options::for_tests();
    let endpoints = options.endpoints_file();
    let cloud = tokio::select! {
        started = Cloud::start(options) => started?,
        () = interrupted() => return Ok(ExitCode::from(130)),
    };
    let mut command = Command::new(program);
    command.args(arguments).env("PLEDGE_ENDPOINTS", endpoints).kill_on_drop(true);
    command.env("TEST_AWS_ENDPOINT_URL", &cloud.endpoints().aws_endpoint_url);
    let status = tokio::select! {
        status = command.status() => Some(status),
        () = interrupted() => None,
    };
    cloud.stop().await;
    match status {
        None => Ok(ExitCode::from(130)),
        Some(Ok(status)) => Ok(ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1))),
        Some(Err(source)) => Err(Error::Io { what: format!("{program} could not be started"), source }),
    }
}

/// Deploys newly built functions into the running cloud.
pub(crate) async fn deploy() -> Result<ExitCode, Error> {
    Endpoints::of_running()?.redeploy().await?;
    say("Deployed.");
    Ok(ExitCode::SUCCESS)
}

/// Prints the variables of the running cloud for a shell to evaluate, and writes them to files for other tools.
pub(crate) fn env() -> Result<ExitCode, Error> {
    let endpoints = Endpoints::of_running()?;
    for (name, value) in endpoints.variables() {
        say(&format!("export {name}='{}'", value.replace('\'', r"'\''")));
    }
    let [sam, cargo_lambda] = endpoints.write_env_files()?;
    // This line is not for the shell that evaluates the others.
    let written = format!("also for sam local in {}, for cargo lambda in {}", sam.display(), cargo_lambda.display());
    _ = writeln!(io::stderr(), "{written}");
    Ok(ExitCode::SUCCESS)
}

/// Resolves on Ctrl-C, on SIGTERM, or when the terminal closes.
async fn interrupted() {
    let on = |kind: SignalKind| async move {
        match signal(kind) {
            Ok(mut signal) => _ = signal.recv().await,
            // Without a handler the signal's default action ends the process.
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        () = on(SignalKind::interrupt()) => {}
        () = on(SignalKind::terminate()) => {}
        () = on(SignalKind::hangup()) => {}
    }
}

fn first_steps(endpoints: &Endpoints) -> String {
    let Endpoints { api, storefront, controls, .. } = endpoints;
    let json = "-H 'content-type: application/json'";
    let stripe = &endpoints.stripe_api_base;
    format!(
        r#"
  The storefront   {storefront}
  The console      {api}

A champion of novel 1, step by step:

  TOKEN=$(curl -s {firebase}/google {json} -d '{{"email": "reader@gmail.com"}}' | sed 's/.*"idToken":"\([^"]*\)".*/\1/')
  SECRET=$(curl -s {api}/payment/stripe/champion-subscription -H "authorization: Bearer $TOKEN" {json} -d '{{"novelId": 1, "tierLevel": 4, "autoRenew": true}}' | sed 's/.*"clientSecret":"\([^"]*\)".*/\1/')
  curl -s -o /dev/null {stripe}/v1/payment_intents/${{SECRET%_secret_*}}/confirm -u pk_test_local: -d client_secret=$SECRET -d payment_method=pm_card_visa
  sleep 2; curl -s "{api}/payment/stripe/champion-subscription?novelId=1" -H "authorization: Bearer $TOKEN"
"#,
        firebase = controls.firebase,
    )
}

fn say(text: &str) {
    // A closed terminal must not stop the cloud.
    _ = writeln!(io::stdout(), "{text}");
}
