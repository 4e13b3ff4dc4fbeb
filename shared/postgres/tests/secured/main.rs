//! The promises about a server with TLS and passwords.
#![allow(clippy::unwrap_used, reason = "helpers of tests may stop a test")]

mod asking;
mod rotation;

use asking::AskingServer;
use pledge_domain::ports::StoreError;
use pledge_postgres::{Connection, Database, Settings};
use pledge_runtime::{Environment, Parser, tls};
use pledge_testkit::database::secured::{SecuredServer, certificates};

/// Returns the database of a function with this environment.
fn database(environment: &Environment) -> Database {
    let mut parser = Parser::new(environment);
    let settings = Settings::configured(&mut parser);
    let settings = parser.finish(|| settings).unwrap();
    Database::new(settings.with_connections(2), Some(tls::client_config(tls::web_roots()).unwrap())).unwrap()
}

/// Returns a connection of a program with these variables.
async fn connect(url: &str, variables: &[(&str, &str)]) -> Result<Connection, StoreError> {
    let all = [("STAGE", "local"), ("DATABASE_URL", url)].into_iter().chain(variables.iter().copied());
    database(&all.collect()).connection().await
}

#[tokio::test]
async fn a_server_is_believed_only_with_a_certificate_of_its_name_and_of_a_known_authority() {
    let server = SecuredServer::start("hunter2").await;
    let known = [("DATABASE_CA_PEM", server.authority.as_str())];
    let connection = connect(&server.url("localhost", "hunter2"), &known).await.unwrap();
    let encrypted = "select ssl from pg_stat_ssl where pid = pg_backend_pid()";
    assert!(connection.query_one(encrypted, &[]).await.unwrap().get::<_, bool>(0));

    let (another, ..) = certificates();
    for (host, authority) in [("127.0.0.1", server.authority.as_str()), ("localhost", &another), ("localhost", "")] {
        let refused = connect(&server.url(host, "hunter2"), &[("DATABASE_CA_PEM", authority)]).await.err();
        assert!(matches!(refused, Some(StoreError::Unavailable(_))), "{host}: {refused:?}");
    }
}

#[tokio::test]
async fn a_file_of_authorities_does_as_well() {
    let server = SecuredServer::start("hunter2").await;
    let file = server.file("authority.pem", &server.authority);
    drop(connect(&server.url("localhost", "hunter2"), &[("PGSSLROOTCERT", &file)]).await.unwrap());
}

#[tokio::test]
async fn at_the_end_of_a_tunnel_the_certificate_must_still_be_the_hosts() {
    let server = SecuredServer::start("hunter2").await;
    let tunnel = [("DATABASE_CA_PEM", server.authority.as_str()), ("PGHOSTADDR", "127.0.0.1")];
    drop(connect(&server.url("database.example.com", "hunter2"), &tunnel).await.unwrap());
    let refused = connect(&server.url("another.example.com", "hunter2"), &tunnel).await.err();
    assert!(matches!(refused, Some(StoreError::Unavailable(_))), "{refused:?}");
}

#[tokio::test]
async fn instead_of_a_password_a_signature_can_sign_in() {
    let server = AskingServer::start();
    let variables = [
        ("DATABASE_IAM_AUTH", "true"),
        ("AWS_REGION", "eu-west-1"),
        ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
    ];
    let address = server.address();
    let url = format!("postgres://app:forgotten@{address}/postgres?sslmode=disable");
    let refused = connect(&url, &variables).await.err();
    assert!(matches!(refused, Some(StoreError::Unavailable(_))), "it takes no password: {refused:?}");

    let password = server.password();
    assert!(password.starts_with(&format!("{address}/?Action=connect&DBUser=app&")), "{password}");
    assert!(password.contains("%2Feu-west-1%2Frds-db%2Faws4_request&"), "{password}");
    assert!(password.contains("&X-Amz-Signature="), "{password}");
}
