//! The variables of a running cloud, as files for tools that run a function outside of it.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use crate::{Endpoints, Error};

/// The variables that hold secrets, each with the secret that `deploy.py` makes of it.
const SECRETS: [(&str, &str); 4] = [
    ("DATABASE_URL", "pledge/DatabaseUrlSecretArn"),
    ("STRIPE_SECRET_KEY", "pledge/StripeSecretKeySecretArn"),
    ("STRIPE_WEBHOOK_SECRETS", "pledge/StripeWebhookSecretsSecretArn"),
    ("KLAVIYO_API_KEY", "pledge/KlaviyoApiKeySecretArn"),
];

/// Writes `env.json` for `sam local --env-vars` and `env` for `cargo lambda watch --env-file` into `folder`.
pub(crate) fn write(endpoints: &Endpoints, folder: &Path) -> Result<[PathBuf; 2], Error> {
    let files = [folder.join("env.json"), folder.join("env")];
    let variables = endpoints.variables();
    for (file, text) in files.iter().zip([for_sam(&variables), for_cargo_lambda(&variables)]) {
        fs::write(file, text).map_err(Error::io(format!("{} could not be written", file.display())))?;
    }
    Ok(files)
}

/// Returns one set of variables for all functions, with addresses that lead from a container to its host. For each
/// function `sam local` takes those that the template declares, which are the ARNs of secrets; Secrets Manager accepts
/// their names in place of ARNs.
fn for_sam(variables: &[(&str, &str)]) -> String {
    let secret = |name: &str| SECRETS.into_iter().find(|(variable, _)| *variable == name);
    let parameters: Map<String, Value> = variables
        .iter()
        .map(|(name, value)| match secret(name) {
            Some((_, secret)) => (format!("{name}_SECRET_ARN"), secret.into()),
            // A browser uses this address, not the container.
            None if *name == "PUBLIC_SITE_URL" => ((*name).to_owned(), (*value).into()),
            None => ((*name).to_owned(), from_a_container(value).into()),
        })
        .collect();
    format!("{:#}\n", json!({ "Parameters": parameters }))
}

fn from_a_container(address: &str) -> String {
    ["127.0.0.1:", "localhost:"]
        .iter()
        .fold(address.to_owned(), |text, host| text.replace(host, "host.docker.internal:"))
}

/// Returns a line for each variable, quoted, since JSON has characters that end a value.
fn for_cargo_lambda(variables: &[(&str, &str)]) -> String {
    variables.iter().map(|(name, value)| format!("{name}='{value}'\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const VARIABLES: [(&str, &str); 4] = [
        ("STAGE", "local"),
        ("DATABASE_URL", "postgres://pledge@127.0.0.1:1/pledge"),
        ("STRIPE_API_BASE", "http://127.0.0.1:2"),
        ("PUBLIC_SITE_URL", "http://127.0.0.1:3"),
    ];

    #[test]
    fn sam_gets_the_variables_that_the_template_declares() {
        let file: Value = serde_json::from_str(&for_sam(&VARIABLES)).unwrap();
        let expected = json!({
            "STAGE": "local",
            "DATABASE_URL_SECRET_ARN": "pledge/DatabaseUrlSecretArn",
            "STRIPE_API_BASE": "http://host.docker.internal:2",
            "PUBLIC_SITE_URL": "http://127.0.0.1:3",
        });
        assert_eq!(file["Parameters"], expected);
    }

    #[test]
    fn the_template_has_the_parameter_of_every_secret() {
        let template = include_str!("../../../template.yaml");
        for (variable, secret) in SECRETS {
            let parameter = secret.strip_prefix("pledge/").unwrap();
            assert!(template.contains(&format!("{variable}_SECRET_ARN: !Ref {parameter}\n")), "{variable}");
        }
    }

    #[test]
    fn cargo_lambda_gets_quoted_values() {
        let lines = for_cargo_lambda(&[("STAGE", "local"), ("PREORDER_PRICES", r#"{"Honey Khaki":"price_1"}"#)]);
        assert_eq!(lines, "STAGE='local'\nPREORDER_PRICES='{\"Honey Khaki\":\"price_1\"}'\n");
    }
}
