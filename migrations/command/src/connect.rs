//! The connection to the database of this stage.

use std::error::Error;

use pledge_postgres::{Connection, Database, Settings};
use pledge_runtime::{
    Environment,
    aws::{self, AwsSettings},
    http,
    secrets::{self, SecretsManager},
    tls,
};

/// Connects to the database that the variables name. AWS is called only if they give the database's URL by ARN.
pub async fn to_database(mut environment: Environment) -> Result<Connection, Box<dyn Error + Send + Sync>> {
    let tls = tls::client_config(tls::web_roots())?;
    if environment.get("DATABASE_URL_SECRET_ARN").is_some() {
        let aws = environment.configure(AwsSettings::parse)?;
        let aws = aws::sdk_config(&aws, http::client(tls.clone())?);
        secrets::read_all(&mut environment, &SecretsManager::new(&aws)).await;
    }
    let database = Database::new(environment.configure(Settings::configured)?, Some(tls))?;
    Ok(database.connection().await?)
}
