//! `make demo`: the journeys of Pledge, unattended, on a local cloud of its own.
//!
//! The demo prints what happens in each system, then the end of each journey, then whether the promises of README.md
//! hold. It fails if one doesn't.

#![allow(clippy::print_stdout, reason = "what it prints is what it is for")]

mod champions;
mod journeys;
mod promises;
mod scenario;
mod table;

use std::process::ExitCode;

use pledge_driver::{Driver, Failure};
use pledge_local::{Cloud, Endpoints, Options, Progress};
use scenario::Scenario;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match play().await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("\nThe demo could not go on: {error}");
            let mut source = error.source();
            while let Some(cause) = source {
                eprintln!("  because {cause}");
                source = cause.source();
            }
            ExitCode::FAILURE
        }
    }
}

/// Plays the journeys on a cloud of its own, or with the argument `attach` on the running one. Returns whether all
/// promises hold.
async fn play() -> Result<bool, Box<dyn std::error::Error>> {
    if std::env::args().nth(1).as_deref() == Some("attach") {
        return Ok(all(Driver::new(Endpoints::of_running()?)?).await?);
    }
    println!("Starting a local cloud for the demo …\n");
    let home = Options::default().home.join("demo-cloud");
    let cloud = Cloud::start(Options { home, port: 0, progress: Progress::printed(), ..Options::default() }).await?;
    let played = match Driver::new(cloud.endpoints().clone()) {
        Ok(driver) => all(driver).await,
        Err(failure) => Err(failure),
    };
    cloud.stop().await;
    Ok(played?)
}

async fn all(driver: Driver) -> Result<bool, Failure> {
    let mut scenario = Scenario::new(driver);
    journeys::play(&mut scenario).await?;
    champions::play(&mut scenario).await?;
    scenario.driver.klaviyo.settled(&scenario.driver.database).await?;
    table::print(&scenario).await?;
    table::print_champions(&scenario).await?;
    table::print_timelines(&scenario).await?;
    let kept = promises::check(&scenario).await?;
    println!("\n{}", if kept { "Every promise holds." } else { "A PROMISE IS BROKEN; see above." });
    Ok(kept)
}
