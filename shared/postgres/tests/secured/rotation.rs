//! The promises about a password that is replaced while a function runs.

use futures_util::future::join_all;
use pledge_domain::{
    ids::PreorderId,
    ports::{PreorderStore, StoreError},
};
use pledge_postgres::Database;
use pledge_runtime::{Environment, secrets::read_all};
use pledge_testkit::{FakeVault, database::secured::SecuredServer};
use uuid::Uuid;

use crate::database;

/// Returns a function whose `DATABASE_URL` is in the vault.
async fn function(server: &SecuredServer, vault: &FakeVault) -> Database {
    let variables = [
        ("STAGE", "local"),
        ("DATABASE_URL_SECRET_ARN", "arn:database"),
        ("DATABASE_CA_PEM", server.authority.as_str()),
    ];
    let mut environment: Environment = variables.into_iter().collect();
    read_all(&mut environment, vault).await;
    database(&environment)
}

/// Runs a query, as a request does.
async fn request(database: &Database) -> Result<(), StoreError> {
    database.find(PreorderId::new(Uuid::nil())).await.map(drop)
}

/// Returns the role as which the server has logged the connection in.
async fn user(database: &Database) -> String {
    let connection = database.connection().await.unwrap();
    connection.query_one("select current_user::text", &[]).await.unwrap().get(0)
}

/// Ends every connection of this user, as a failover does.
async fn hang_up(server: &SecuredServer, user: &str) {
    let admin = server.admin().await;
    let sql = "select pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = $1";
    admin.query(sql, &[&user]).await.unwrap();
}

#[tokio::test]
async fn a_password_that_was_replaced_fails_no_request() {
    let server = SecuredServer::start("old").await;
    let mut admin = server.admin().await;
    pledge_migrations::up(&mut admin).await.unwrap();
    admin.batch_execute("grant select on all tables in schema public to public").await.unwrap();
    let vault = FakeVault::new([("arn:database", &server.url("localhost", "old"))]);
    let function = function(&server, &vault).await;
    request(&function).await.unwrap();

    // The steps of docs/SECURITY.md: first the new role is made, then its address is stored, then the old role is removed.
    admin.batch_execute("create role app_b login password 'new'").await.unwrap();
    vault.put("arn:database", server.url("localhost", "new").replace("app:", "app_b:"));
    request(&function).await.unwrap();
    assert_eq!(user(&function).await, "app", "nobody refused it yet");
    admin.batch_execute("alter role app nologin").await.unwrap();
    hang_up(&server, "app").await;

    // There are more requests than connections.
    for answer in join_all((0..8).map(|_| request(&function))).await {
        answer.unwrap();
    }
    assert_eq!(user(&function).await, "app_b");
}

#[tokio::test]
async fn a_password_that_changed_before_the_vault_heard_of_it_is_taken_once_it_did() {
    let server = SecuredServer::start("old").await;
    let vault = FakeVault::new([("arn:database", &server.url("localhost", "old"))]);
    let (one, other) = (function(&server, &vault).await, function(&server, &vault).await);
    server.admin().await.batch_execute("alter role app password 'new'").await.unwrap();
    let refused = one.warm_up().await;
    assert!(matches!(refused, Err(StoreError::Unavailable(_))), "the vault has the old one: {refused:?}");
    vault.put("arn:database", server.url("localhost", "new"));
    other.warm_up().await.unwrap();
}
