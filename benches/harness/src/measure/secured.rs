//! Starts with the security that a real database asks for: TLS and a password (SCRAM-SHA-256).

use pledge_testkit::{TestDatabase, database::secured::SecuredServer};

use crate::{
    Failure,
    function::Function,
    outside,
    stats::{Summary, millis},
    subject::{Environment, Subject, environment},
};

const PASSWORD: &str = "a-password-of-the-bench";

/// The starts of one subject, in milliseconds.
pub struct SecuredStarts {
    pub plain: Start,
    pub secured: Start,
}

/// The time until the process asks for its first invocation.
pub struct Start {
    pub ready: Summary,
    pub cpu: Summary,
}

/// Starts the subject this often on each kind of connection, in turns.
pub async fn starts(subject: &Subject, times: u32) -> Result<SecuredStarts, Failure> {
    let server = SecuredServer::start(PASSWORD).await;
    let database = server.database().await;
    server.admin().await.batch_execute("alter role app superuser").await?;
    let outside = outside::start(std::time::Duration::ZERO).await;
    let plain = environment(&database.url(), &outside.address().to_string());
    let mut secured = environment(&url(&server, &database), &outside.address().to_string());
    secured.push(("DATABASE_CA_PEM", server.authority.clone()));
    let mut found = [(plain, Vec::new(), Vec::new()), (secured, Vec::new(), Vec::new())];
    for _ in 0..times {
        for (environment, ready, cpu) in &mut found {
            let (took, used) = start(subject, environment).await?;
            ready.push(took);
            cpu.push(used);
        }
    }
    let [plain, secured] = found.map(|(_, ready, cpu)| Start { ready: Summary::of(ready), cpu: Summary::of(cpu) });
    Ok(SecuredStarts { plain, secured })
}

fn url(server: &SecuredServer, database: &TestDatabase) -> String {
    server.url_of(database.name(), "localhost", PASSWORD)
}

async fn start(subject: &Subject, environment: &Environment) -> Result<(f64, f64), Failure> {
    let mut function = Function::start(subject, environment).await?;
    let ready = function.ready().await?;
    let cpu = function.cpu()?;
    function.end().await?;
    Ok((millis(ready), millis(cpu)))
}
