//! The connection to the database of this stage.

use std::error::Error;

use pledge_postgres::{Connection, Database, Settings};
use pledge_runtime::{
    Environment, Parser,
    aws::{self, AwsSettings},
    http,
    secrets::{self, SecretsManager},
    tls,
};

/// Connects as the variables say. AWS is needed only for what is named by ARN.
pub async fn to_database(mut environment: Environment) -> Result<Connection, Box<dyn Error + Send + Sync>> {
    let tls = tls::client_config(tls::web_roots())?;
    if environment.get("DATABASE_URL_SECRET_ARN").is_some() {
        let mut parser = Parser::new(&environment);
        let aws = AwsSettings::parse(&mut parser);
        let aws = aws::sdk_config(&parser.finish(|| aws)?, http::client(tls.clone())?);
        secrets::read_all(&mut environment, &SecretsManager::new(&aws)).await;
    }
    let mut parser = Parser::new(&environment);
    let settings = Settings::configured(&mut parser);
    let database = Database::new(parser.finish(|| settings)?, Some(tls))?;
    Ok(database.connection().await?)
}
