//! Reads the environment, as no other module of this crate does.

use tokio_postgres::Config;

/// Returns the configuration of the server in `TEST_DATABASE_URL`.
#[allow(clippy::disallowed_methods, reason = "tests have no `main` that could pass it in")]
pub(crate) fn server() -> Config {
    let url = std::env::var("TEST_DATABASE_URL").expect("TEST_DATABASE_URL: run the tests with scripts/with-postgres");
    url.parse().expect("TEST_DATABASE_URL must be a PostgreSQL URL")
}
