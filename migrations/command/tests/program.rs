//! Tests of the program, called as a deployment calls it.
#![allow(clippy::unwrap_used, reason = "helpers of tests may stop a test")]

use std::process::Command;

use pledge_migrations::MIGRATIONS;
use pledge_testkit::TestDatabase;

/// Calls the program, and returns its exit status and the output on both streams.
fn migrate(arguments: &[&str], variables: &[(&str, &str)]) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pledge-migrate"));
    let output = command.args(arguments).env_clear().envs(variables.iter().copied()).output().unwrap();
    let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    (output.status.code().unwrap(), said)
}

#[tokio::test]
async fn a_deployment_brings_the_schema_up_once() {
    let database = TestDatabase::empty().await;
    let url = database.url();
    let local = [("STAGE", "local"), ("DATABASE_URL", url.as_str())];
    let (status, said) = migrate(&["up"], &local);
    assert_eq!((status, said.lines().count()), (0, MIGRATIONS.len()), "{said}");
    assert_eq!(migrate(&["up"], &local), (0, "nothing to do\n".to_owned()));
    assert!(!migrate(&["status"], &local).1.contains("pending"));

    let last = MIGRATIONS.last().unwrap().name;
    assert_eq!(migrate(&["down"], &local), (0, format!("down {last}\n")));
    assert!(migrate(&["status"], &local).1.contains(&format!("{last}: pending")));
}

#[test]
fn the_program_takes_the_variables_of_the_functions() {
    let plain = ("DATABASE_URL", "postgres://u:hunter2@db.example.com/pledge?sslmode=require");
    let arn = ("DATABASE_URL_SECRET_ARN", "arn:aws:secretsmanager:eu-west-1:1:secret:pledge");
    for (variables, wrong) in [
        (&[plain][..], "STAGE: set it"),
        (&[("STAGE", "prod"), plain], "DATABASE_URL: give the secret's ARN"),
        (&[("STAGE", "prod"), arn], "AWS_REGION: set it"),
        (&[("STAGE", "local"), plain, ("DATABASE_CA_PEM", "none")], "DATABASE_CA_PEM: set certificates"),
    ] {
        let (status, said) = migrate(&["status"], variables);
        assert_eq!(status, 1);
        assert!(said.contains(wrong) && !said.contains("hunter2"), "{said}");
    }
}

#[test]
fn a_wrong_call_explains_itself() {
    let (status, said) = migrate(&["sideways"], &[]);
    assert_eq!(status, 2);
    assert!(said.starts_with("usage: pledge-migrate up"), "{said}");
}
