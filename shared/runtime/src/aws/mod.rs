//! The configuration that all AWS clients share: region, credentials, endpoint and HTTP client.
//!
//! The configuration is read from the variables that Lambda sets, and from nothing else. The crate `aws-config` would also
//! look for profiles, instance roles and token files.

mod connector;
pub mod rds;

use std::time::Duration;

use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_runtime_api::client::{
    behavior_version::BehaviorVersion, stalled_stream_protection::StalledStreamProtectionConfig,
};
use aws_smithy_types::{
    retry::{ReconnectMode, RetryConfig},
    timeout::TimeoutConfig,
};
use aws_types::{SdkConfig, region::Region};
use reqwest::Client;

use crate::{env::Parser, secret::Secret};
use connector::ReqwestClient;

/// The region, credentials and endpoint of AWS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwsSettings {
    /// `AWS_REGION`.
    pub region: String,
    /// `AWS_ACCESS_KEY_ID`.
    pub access_key_id: String,
    /// `AWS_SECRET_ACCESS_KEY`.
    pub secret_access_key: Secret,
    /// `AWS_SESSION_TOKEN`, which Lambda's temporary credentials have.
    pub session_token: Option<Secret>,
    /// `AWS_ENDPOINT_URL`: the address of an emulator, in the stage `local` only.
    pub endpoint_url: Option<String>,
}

impl AwsSettings {
    /// Parses the variables that Lambda sets. Returns `None` if one is missing or invalid; `parser` then has a problem for
    /// each.
    pub fn parse(parser: &mut Parser<'_>) -> Option<Self> {
        let region = parser.text("AWS_REGION");
        let access_key_id = parser.text("AWS_ACCESS_KEY_ID");
        let secret_access_key = parser.text("AWS_SECRET_ACCESS_KEY").map(Secret::new);
        let session_token = parser.optional_text("AWS_SESSION_TOKEN").map(Secret::new);
        let endpoint_url = parser.emulator_url("AWS_ENDPOINT_URL");
        Some(Self {
            region: region?,
            access_key_id: access_key_id?,
            secret_access_key: secret_access_key?,
            session_token,
            endpoint_url: endpoint_url?,
        })
    }

    fn credentials(&self) -> Credentials {
        Credentials::new(
            &self.access_key_id,
            self.secret_access_key.expose(),
            self.session_token.as_ref().map(|token| token.expose().to_owned()),
            None,
            "lambda-environment",
        )
    }
}

/// Returns the configuration that all AWS clients share: three tries of two seconds each, five seconds in all, over `http`.
#[must_use]
pub fn sdk_config(settings: &AwsSettings, http: Client) -> SdkConfig {
    let timeouts = TimeoutConfig::builder()
        .operation_attempt_timeout(Duration::from_secs(2))
        .operation_timeout(Duration::from_secs(5))
        .build();
    // The HTTP client closes broken connections by itself. By default the SDK tries to close them too after each failure,
    // and logs as an error that it can't.
    let retries = RetryConfig::standard()
        .with_initial_backoff(Duration::from_millis(50))
        .with_reconnect_mode(ReconnectMode::ReuseAllConnections);
    let mut builder = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(settings.region.clone()))
        .credentials_provider(SharedCredentialsProvider::new(settings.credentials()))
        .http_client(ReqwestClient::new(http))
        .sleep_impl(TokioSleep::new())
        .timeout_config(timeouts)
        .retry_config(retries)
        // The protection is for streamed bodies, and every body here is in memory.
        .stalled_stream_protection(StalledStreamProtectionConfig::disabled());
    builder.set_endpoint_url(settings.endpoint_url.clone());
    builder.build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ConfigError, Environment};

    fn parse(variables: &[(&str, &str)]) -> Result<AwsSettings, ConfigError> {
        let environment = variables.iter().copied().chain([("STAGE", "local")]).collect::<Environment>();
        let mut parser = Parser::new(&environment);
        let settings = AwsSettings::parse(&mut parser);
        parser.finish(|| settings)
    }

    #[test]
    fn lambda_supplies_everything_in_variables() {
        let error = parse(&[]).unwrap_err();
        let names: Vec<_> = error.problems().iter().map(|problem| problem.name.as_str()).collect();
        assert_eq!(names, ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]);

        let lambda =
            [("AWS_REGION", "eu-west-1"), ("AWS_ACCESS_KEY_ID", "AKIA"), ("AWS_SECRET_ACCESS_KEY", "hush-hush")];
        let settings = parse(&lambda).unwrap();
        assert_eq!(settings.region, "eu-west-1");
        assert!(!format!("{settings:?}").contains("hush"));
    }
}
