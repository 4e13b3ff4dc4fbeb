//! Runs the SQL of step 1 in docs/DEPLOY.md as the administrator of a managed database.
#![allow(clippy::unwrap_used, reason = "helpers of tests may stop a test")]

use std::process::Command;

use pledge_testkit::TestDatabase;
use tokio_postgres::{Client, Config, NoTls};

/// Returns the statements of the guide's first step, with `name` as the name of the database and its roles.
fn statements_of_the_guide(name: &str) -> Vec<String> {
    let guide = include_str!("../../../docs/DEPLOY.md");
    let step = guide.split_once("## 1. The database").unwrap().1.split("\n## ").next().unwrap();
    let sql = step.split_once("```sql\n").unwrap().1.split_once("```").unwrap().0;
    let statements: Vec<_> = sql.split(';').map(|statement| statement.trim().replace("pledge", name)).collect();
    statements.into_iter().filter(|statement| !statement.is_empty()).collect()
}

async fn connect(config: &Config) -> Client {
    let (client, connection) = config.connect(NoTls).await.unwrap();
    tokio::spawn(async { drop(connection.await) });
    client
}

/// Makes a role with the rights that RDS gives its master user, and returns a connection of it to the server of `database`.
async fn administrator(superuser: &Client, database: &TestDatabase, role: &str) -> Client {
    let sql = format!("create role {role} login createdb createrole password 'only for this test'");
    superuser.batch_execute(&sql).await.unwrap();
    let mut config = database.config();
    config.user(role).password("only for this test");
    connect(&config).await
}

#[tokio::test]
async fn an_administrator_who_is_no_superuser_can_set_up_a_stage() {
    let database = TestDatabase::empty().await;
    let superuser = database.connect().await;
    let name = format!("guide_{}", std::process::id());
    let master = format!("{name}_master");
    let administrator = administrator(&superuser, &database, &master).await;

    for statement in statements_of_the_guide(&name) {
        // Each statement is sent alone, as psql sends it, since a database can't be created in a transaction.
        administrator.batch_execute(&statement).await.unwrap_or_else(|error| panic!("{statement}: {error:?}"));
    }

    let (host, port) = database.address();
    let url = format!("postgres://{name}_a:%E2%80%A6@{host}:{port}/{name}?sslmode=disable");
    let mut migrate = Command::new(env!("CARGO_BIN_EXE_pledge-migrate"));
    let output = migrate.arg("up").env_clear().envs([("STAGE", "local"), ("DATABASE_URL", &url)]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    // The tables belong to the common role and not to the login that made them, so that the next login can change them.
    let mut config = database.config();
    config.user(&master).password("only for this test").dbname(&name);
    let made = connect(&config).await;
    let owners = "select distinct tableowner::text from pg_tables where schemaname = 'public'";
    let owners: Vec<String> = made.query(owners, &[]).await.unwrap().iter().map(|row| row.get(0)).collect();
    assert_eq!(owners, [name.as_str()]);

    drop((administrator, made));
    for left in [
        format!("drop database {name} with (force)"),
        format!("drop role {name}_a"),
        format!("drop role {name}"),
        format!("drop role {master}"),
    ] {
        superuser.batch_execute(&left).await.unwrap();
    }
}
