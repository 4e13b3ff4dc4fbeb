//! `ops database`: sessions of the database server, and roles that may sign in.

use std::io;

use postgres_protocol::password::scram_sha_256;
use tokio_postgres::{Client, Error, Row, Transaction};

use crate::{
    arguments::Database,
    console::{Done, Failure, Table, dry_run, line, note, words::count},
    tables::{Tables, sql},
    tools::Tools,
};

/// Runs a subcommand of `ops database`.
pub async fn run(tools: &Tools, command: Database, apply: bool) -> Result<Done, Failure> {
    let mut tables = Tables::open(&tools.database()?).await?;
    let client = tables.client();
    match command {
        Database::Sessions => sessions(client).await,
        Database::End { session } => end(client, session, apply).await,
        Database::Login { role, member_of } => login(client, &role, &member_of, apply).await,
        Database::Logout { role } => logout(client, &role, apply).await,
    }
}

/// Begins a transaction with the rights of the login itself. The role as which it acts owns the tables, and isn't a member
/// of the logins whose sessions are to be seen and ended.
async fn with_own_rights(client: &mut Client) -> Result<Transaction<'_>, Error> {
    let transaction = client.transaction().await?;
    transaction.batch_execute("set local role none").await?;
    Ok(transaction)
}

async fn sessions(client: &mut Client) -> Result<Done, Failure> {
    let rows = with_own_rights(client).await?.query(sql!("database_sessions"), &[]).await?;
    let mut table = Table::new(&HEADINGS);
    for row in &rows {
        table.row(cells(row)?);
    }
    table.print()?;
    note(format_args!("{} beside this one.", count(rows.len(), "session")));
    if rows.iter().any(|row| row.try_get("query").is_ok_and(|query: &str| query == HIDDEN)) {
        note("This login may not see what the sessions of other logins do (docs/RUNBOOK.md, The database).");
    }
    Ok(Done::All)
}

async fn end(client: &mut Client, session: i32, apply: bool) -> Result<Done, Failure> {
    let transaction = with_own_rights(client).await?;
    let rows = transaction.query(sql!("database_sessions"), &[]).await?;
    let mut table = Table::new(&HEADINGS);
    let found = rows.iter().find(|row| row.try_get::<_, i32>("pid").is_ok_and(|pid| pid == session));
    table.row(cells(found.ok_or("there is no such session in this database")?)?);
    table.print()?;
    if !apply {
        dry_run("it would be ended");
        return Ok(Done::All);
    }
    let ended: bool = transaction.query_one(sql!("end_session"), &[&session]).await?.try_get("ended")?;
    if ended { Ok(Done::All) } else { Err("it was over already, or is not ours to end".into()) }
}

/// The text that PostgreSQL shows instead of a statement of somebody else's.
const HIDDEN: &str = "<insufficient privilege>";

const HEADINGS: [&str; 7] = ["session", "role", "program", "state", "for", "waits for", "statement"];

/// Returns a session as cells. The text of a statement doesn't contain its parameters' values.
fn cells(row: &Row) -> Result<[String; 7], Failure> {
    let text = |name: &str| row.try_get::<_, Option<String>>(name).map(Option::unwrap_or_default);
    let seconds: Option<i64> = row.try_get("seconds")?;
    let runs = seconds.map(|seconds| format!("{seconds} s")).unwrap_or_default();
    let blocked: Vec<i32> = row.try_get("blocked_by")?;
    let waits = blocked.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let pid: i32 = row.try_get("pid")?;
    Ok([pid.to_string(), text("role")?, text("program")?, text("state")?, runs, waits, text("query")?])
}

async fn login(client: &Client, role: &str, group: &str, apply: bool) -> Result<Done, Failure> {
    let known = client.query_one(sql!("database_role"), &[&role, &group]).await?;
    let (exists, group_exists, is_member): (bool, bool, bool) =
        (known.try_get("is_there")?, known.try_get("group_is_there")?, known.try_get("is_member")?);
    if !group_exists {
        return Err(format!("there is no role {group}").into());
    }
    // A typing error must not change the password of the operator's own login or of an administrator.
    if exists && !is_member {
        return Err(format!("there is a role {role}, and it is no member of {group}").into());
    }
    let what = if exists { "may sign in" } else { "is new, and may sign in" };
    line(format_args!("{role}\tacts as {group}\t{what}"))?;
    if !apply {
        dry_run("the role would get the password that standard input has");
        return Ok(Done::All);
    }
    let verifier = scram_sha_256(password()?.as_bytes());
    let query = if exists { sql!("login_again") } else { sql!("login_anew") };
    let text: String = client.query_one(query, &[&role, &group, &verifier]).await?.try_get("statements")?;
    client.batch_execute(&text).await?;
    Ok(Done::All)
}

/// Reads a password as one line of standard input. It is neither shown nor stored: the server is given a SCRAM verifier.
fn password() -> Result<String, Failure> {
    let mut text = String::new();
    io::stdin().read_line(&mut text)?;
    let text = text.trim_end_matches(['\r', '\n']);
    let fits = (16..=200).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_graphic());
    if fits {
        Ok(text.to_owned())
    } else {
        Err("standard input must have a line of 16 to 200 letters and signs".into())
    }
}

async fn logout(client: &Client, role: &str, apply: bool) -> Result<Done, Failure> {
    let known = client.query_opt(sql!("database_login"), &[&role]).await?;
    let known = known.ok_or_else(|| format!("there is no role {role}"))?;
    if known.try_get("is_mine")? {
        return Err("that is who you are".into());
    }
    if !known.try_get::<_, bool>("may_sign_in")? {
        note("Nothing to do: it can't sign in.");
        return Ok(Done::All);
    }
    line(format_args!("{role}\t{}", count(known.try_get::<_, i64>("sessions")?, "session")))?;
    if !apply {
        dry_run("it could sign in no more; its sessions would go on");
        return Ok(Done::All);
    }
    let text: String = client.query_one(sql!("logout"), &[&role]).await?.try_get("statements")?;
    client.batch_execute(&text).await?;
    Ok(Done::All)
}
