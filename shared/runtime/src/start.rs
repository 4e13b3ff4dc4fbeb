//! The part of the cold start that all functions have in common.

use std::{error::Error, process::ExitCode};

use aws_types::SdkConfig;
use pledge_domain::error_chain::ErrorChain;
use rustls::ClientConfig;

use crate::{
    aws::{self, AwsSettings},
    env::{ConfigError, Environment, Parser},
    http,
    logging::{self, LevelFilter},
    metrics::Metrics,
    secrets::{self, SecretsManager},
    stage::Stage,
    tls,
};

/// The shared parts of every function after a cold start, each of which is built once.
#[derive(Debug)]
pub struct Runtime {
    /// The stage in which the function runs.
    pub stage: Stage,
    /// The variables and the secrets that they name, from which the function's own configuration is parsed.
    pub environment: Environment,
    /// The TLS configuration for connections that aren't HTTP.
    pub tls: ClientConfig,
    /// The one HTTP client.
    pub http: reqwest::Client,
    /// The configuration that all AWS clients share.
    pub aws: SdkConfig,
    /// The vault, for secrets that aren't read at the start.
    pub secrets: SecretsManager,
    /// The writer of metrics.
    pub metrics: Metrics,
}

/// The reason why a function can't start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Variables are missing or invalid.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// TLS can't be set up.
    #[error("TLS cannot be set up")]
    Tls(#[from] rustls::Error),
    /// The HTTP client can't be built.
    #[error("the HTTP client cannot be built")]
    Http(#[from] reqwest::Error),
}

impl Runtime {
    /// Starts logging, builds the shared clients and reads the secrets that the environment names.
    ///
    /// `function` is the crate of the binary, as in `env!("CARGO_CRATE_NAME")`. No secret is read before the stage and the
    /// AWS settings are parsed.
    ///
    /// # Errors
    /// [`StartError`]. A secret that can't be read isn't an error here, but one of the function's configuration.
    pub async fn start(mut environment: Environment, function: &str) -> Result<Self, StartError> {
        let base = Base::parse(&environment)?;
        logging::init(base.log_level, function);
        let tls = tls::client_config(tls::web_roots())?;
        let http = http::client(tls.clone())?;
        let aws = aws::sdk_config(&base.aws, http.clone());
        let secrets = SecretsManager::new(&aws);
        secrets::read_all(&mut environment, &secrets).await;
        let metrics = Metrics::to_stdout(base.stage);
        Ok(Self { stage: base.stage, environment, tls, http, aws, secrets, metrics })
    }
}

/// The configuration that every function has.
#[derive(Debug)]
struct Base {
    /// `STAGE`.
    stage: Stage,
    /// `LOG_LEVEL`.
    log_level: LevelFilter,
    /// `AWS_…`.
    aws: AwsSettings,
}

impl Base {
    fn parse(environment: &Environment) -> Result<Self, ConfigError> {
        environment.configure(|parser| {
            let (log_level, aws) = (logging::parse_level(parser), AwsSettings::parse(parser));
            Some(Self { stage: parser.stage()?, log_level: log_level?, aws: aws? })
        })
    }
}

/// Does during the start what the first request would have to do otherwise, such as connecting to the database. Lambda
/// gives the start full processor power, whatever the function's memory. A failure is only logged, since the first request
/// tries again.
pub async fn prewarm<Error: std::error::Error + 'static>(work: impl Future<Output = Result<(), Error>>) {
    if let Err(error) = work.await {
        tracing::warn!(target: "pledge", error = %ErrorChain(&error), "work of the start failed and is left to the first request");
    }
}

/// Runs a function: starts the [`Runtime`], parses the configuration with `parse`, and calls `serve` with both, which
/// composes the adapters and answers invocations until the process ends. Returns the process's exit code.
///
/// `name` is the crate of the binary, as in `env!("CARGO_CRATE_NAME")`. An error is logged with all its causes in one line,
/// which names every variable that is missing or invalid.
pub async fn run<Config>(
    name: &str,
    parse: impl FnOnce(&mut Parser<'_>) -> Option<Config>,
    serve: impl AsyncFnOnce(Runtime, Config) -> Result<(), BoxError>,
) -> ExitCode {
    let Err(error) = start_and_serve(name, parse, serve).await else { return ExitCode::SUCCESS };
    logging::init(LevelFilter::ERROR, "pledge");
    tracing::error!(target: "pledge", error = %ErrorChain(error.as_ref()), "the function cannot run");
    ExitCode::FAILURE
}

type BoxError = Box<dyn Error + Send + Sync>;

async fn start_and_serve<Config>(
    name: &str,
    parse: impl FnOnce(&mut Parser<'_>) -> Option<Config>,
    serve: impl AsyncFnOnce(Runtime, Config) -> Result<(), BoxError>,
) -> Result<(), BoxError> {
    let runtime = Runtime::start(Environment::from_process(), name).await?;
    let config = runtime.environment.configure(parse)?;
    serve(runtime, config).await
}
