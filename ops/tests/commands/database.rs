use pledge_postgres::{Database, Settings};

use crate::environment::TestEnvironment;

const PASSWORD: &str = "8Zk-4mQw_1rTn0Xy";

#[tokio::test]
async fn who_blocks_the_others_is_shown_and_ended() {
    let environment = TestEnvironment::start().await;
    environment.tables.batch_execute("begin; lock table outbox").await.unwrap();
    let pid: i32 = environment.tables.query_one("select pg_backend_pid()", &[]).await.unwrap().get(0);
    let said = environment.succeeds("database sessions").await;
    let blocking = said.lines().into_iter().find(|line| line.starts_with(&format!("{pid} "))).unwrap();
    assert!(blocking.contains("idle in transaction") && blocking.contains(" s "), "{said:?}");

    environment.succeeds(&format!("database end {pid}")).await;
    assert!(environment.tables.query_one("select 1", &[]).await.is_ok(), "a dry run");
    environment.succeeds(&format!("database end {pid} --apply")).await;
    assert!(environment.tables.query_one("select 1", &[]).await.is_err());
    let again = environment.ops(&format!("database end {pid} --apply")).await;
    assert!(again.status == 1 && again.err.contains("no such session"), "{again:?}");
}

#[tokio::test]
async fn a_login_sees_and_ends_its_own_sessions_although_it_acts_as_the_owner_of_the_tables() {
    let environment = TestEnvironment::start().await;
    let owner = owner(&environment).await;
    environment.tables.batch_execute(&format!("grant select on schema_migration to {owner}")).await.unwrap();
    let (functions, another) = (owner.replace("owner", "a"), owner.replace("owner", "b"));
    for role in [&functions, &another] {
        let said = environment.ops_from(&format!("database login {role} --member-of {owner} --apply"), PASSWORD).await;
        assert_eq!(said.status, 0, "{said:?}");
    }
    let url = |role: &str| environment.url().replacen("postgres@", &format!("{role}:{PASSWORD}@"), 1);
    let ops = async |role: &str, line: &str| {
        let arguments: Vec<_> = line.split_whitespace().collect();
        environment.ops_given(&arguments, &[("DATABASE_URL", &url(role))]).await
    };
    let database = Database::new(Settings::parse(&url(&functions)).unwrap(), None).unwrap();
    let session = database.connection().await.unwrap();
    let pid: i32 = session.query_one("select pg_backend_pid()", &[]).await.unwrap().get(0);
    let end = format!("database end {pid} --apply");

    let listed = async |role: &str| {
        let said = ops(role, "database sessions").await;
        let row = said.rows().into_iter().find(|row| row.starts_with(&format!("{pid} ")));
        (row.unwrap_or_else(|| panic!("{said:?}")), said.err)
    };
    let (hidden, note) = listed(&another).await;
    assert!(hidden.contains(&functions) && note.contains("may not see"), "a rotation waits for it: {hidden} {note}");
    let refused = ops(&another, &end).await;
    assert!(refused.status == 1 && session.query_one("select 1", &[]).await.is_ok(), "{refused:?}");
    assert!(listed(&functions).await.0.contains("idle"));
    let ended = ops(&functions, &end).await;
    assert!(ended.status == 0 && session.query_one("select 1", &[]).await.is_err(), "{ended:?}");
    drop((session, database));
    let roles = format!("drop owned by {owner}; drop role {functions}; drop role {another}; drop role {owner}");
    environment.tables.batch_execute(&roles).await.unwrap();
}

/// Makes a role that owns the tables. Its name is this test's own, since roles belong to the whole server.
async fn owner(environment: &TestEnvironment) -> String {
    let database: String = environment.tables.query_one("select current_database()", &[]).await.unwrap().get(0);
    let owner = format!("{}_owner", database.to_ascii_lowercase());
    environment.tables.batch_execute(&format!("create role {owner}")).await.unwrap();
    owner
}

#[tokio::test]
async fn a_password_is_changed_with_two_roles_and_no_sql() {
    let environment = TestEnvironment::start().await;
    let owner = owner(&environment).await;
    let role = owner.replace("owner", "b");
    let login = format!("database login {role} --member-of {owner}");
    environment.ops_from(&login, PASSWORD).await;
    let there = format!("select count(*) from pg_roles where rolname = '{role}'");
    assert_eq!(environment.count(&there).await, 0, "a dry run");

    assert_eq!(environment.ops_from(&format!("{login} --apply"), "short").await.status, 1);
    let said = environment.ops_from(&format!("{login} --apply"), PASSWORD).await;
    assert!(said.status == 0 && said.out.contains("is new"), "{said:?}");
    assert!(!format!("{said:?}").contains(PASSWORD));
    let verifier =
        format!("select count(*) from pg_authid where rolname = '{role}' and rolpassword like 'SCRAM-SHA-256$%'");
    assert_eq!(environment.count(&verifier).await, 1);
    let url = environment.url().replacen("postgres@", &format!("{role}:{PASSWORD}@"), 1);
    let as_role = Database::new(Settings::parse(&url).unwrap(), None).unwrap();
    let acts_as: String =
        as_role.connection().await.unwrap().query_one("select current_user::text", &[]).await.unwrap().get(0);
    assert_eq!(acts_as, owner);

    environment.succeeds(&format!("database logout {role} --apply")).await;
    let may = format!("select count(*) from pg_roles where rolname = '{role}' and rolcanlogin");
    assert_eq!(environment.count(&may).await, 0);
    assert!(environment.succeeds(&format!("database logout {role} --apply")).await.err.contains("Nothing to do"));
    let again = environment.ops_from(&format!("{login} --apply"), PASSWORD).await;
    assert!(again.status == 0 && !again.out.contains("is new"), "the next rotation takes it again: {again:?}");
    assert_eq!(environment.count(&may).await, 1);
    drop(as_role);
    environment.tables.batch_execute(&format!("drop role {role}; drop role {owner}")).await.unwrap();
}

#[tokio::test]
async fn nobody_elses_login_gets_another_password() {
    let environment = TestEnvironment::start().await;
    let owner = owner(&environment).await;
    let me: String = environment.tables.query_one("select session_user::text", &[]).await.unwrap().get(0);
    for (wrong, why) in [
        (format!("database login {me} --member-of {owner} --apply"), "no member of"),
        ("database login pledge_b --member-of nobody_s_role --apply".to_owned(), "there is no role nobody_s_role"),
        (format!("database logout {me} --apply"), "who you are"),
        ("database logout nobody_s_role --apply".to_owned(), "there is no role"),
    ] {
        let said = environment.ops_from(&wrong, PASSWORD).await;
        assert!(said.status == 1 && said.err.contains(why), "{wrong}: {said:?}");
    }
    assert_eq!(environment.ops("database logout Robert\"; --apply").await.status, 2);
    environment.tables.batch_execute(&format!("drop role {owner}")).await.unwrap();
}
