//! The pool, and how a call is run on it.

use std::future::Future;

use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use pledge_domain::ports::StoreError;
use rustls::ClientConfig;
use tokio::time::timeout;
use tokio_postgres::NoTls;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::{
    error::Failure,
    lease::Lease,
    settings::{CALL_TIMEOUT, CONNECT_TIMEOUT, POOL_TIMEOUT, Settings},
};

/// A connection of the pool; a `tokio_postgres::Client` by its methods.
pub type Connection = deadpool_postgres::Object;

/// The database: implements every store port. Cheap to clone; clones share the connections.
#[derive(Debug, Clone)]
pub struct Database {
    pool: Pool,
}

impl Database {
    /// Opens nothing yet. Without `tls` only plain connections can be made.
    ///
    /// # Errors
    /// [`StoreError::Internal`] if the pool can't be built.
    pub fn new(settings: Settings, tls: Option<ClientConfig>) -> Result<Self, StoreError> {
        let config = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = match tls {
            Some(tls) => Manager::from_config(settings.config, MakeRustlsConnect::new(tls), config),
            None => Manager::from_config(settings.config, NoTls, config),
        };
        let pool = Pool::builder(manager)
            .max_size(settings.connections)
            .wait_timeout(Some(POOL_TIMEOUT))
            .create_timeout(Some(CONNECT_TIMEOUT))
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| StoreError::Internal(Box::new(error)))?;
        Ok(Self { pool })
    }

    /// Opens a connection, so that the first request needn't. For the cold start, where processor time is free.
    ///
    /// # Errors
    /// [`StoreError`]; later calls try again by themselves.
    pub async fn warm_up(&self) -> Result<(), StoreError> {
        self.pool.get().await.map(drop).map_err(|error| Failure::from(error).into())
    }

    /// A connection for what the ports don't cover, such as an operator's look at tables. The pool lacks it until it is
    /// dropped.
    ///
    /// # Errors
    /// [`StoreError`] if there is none in time.
    pub async fn connection(&self) -> Result<Connection, StoreError> {
        self.pool.get().await.map_err(|error| Failure::from(error).into())
    }

    /// Runs a call, and runs it once more on a fresh connection if a pooled one turns out to be dead, or if somebody
    /// else's transaction got in its way.
    ///
    /// A connection can break between the server's commit and its answer, so `call` must be safe to repeat after it has
    /// succeeded. Every method of the ports is.
    pub(crate) async fn run<T, Call>(&self, call: impl Fn(Lease) -> Call) -> Result<T, StoreError>
    where
        Call: Future<Output = Result<T, Failure>>,
    {
        let lease = self.lease().await?;
        let may_be_stale = lease.was_used_before();
        match limited(call(lease)).await {
            Err(failure) if failure.is_disconnection() && may_be_stale => {
                // Whatever killed this one has killed its idle siblings too.
                self.pool.retain(|_, _| false);
            }
            Err(failure) if failure.is_lost_race() => {}
            result => return Ok(result?),
        }
        Ok(limited(call(self.lease().await?)).await?)
    }

    async fn lease(&self) -> Result<Lease, Failure> {
        Ok(Lease::new(self.pool.get().await?))
    }
}

async fn limited<T>(call: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    timeout(CALL_TIMEOUT, call).await.unwrap_or(Err(Failure::TimedOut))
}
