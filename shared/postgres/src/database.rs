//! The pool, and how a call is run on it.

use std::future::Future;

use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, Runtime};
use pledge_domain::ports::StoreError;
use pledge_runtime::secrets::Rotating;
use rustls::ClientConfig;
use tokio::time::timeout;
use tokio_postgres::Config;

use crate::{
    authorities,
    connector::Connector,
    error::Failure,
    lease::Lease,
    naming::{Naming, prepare_when_open},
    settings::{CALL_TIMEOUT, CONNECT_TIMEOUT, POOL_TIMEOUT, Settings},
};

/// A connection of the pool; a `tokio_postgres::Client` by its methods.
pub type Connection = deadpool_postgres::Object;

/// The database: implements every store port. Cheap to clone; clones share the connections.
#[derive(Debug, Clone)]
pub struct Database {
    pool: Pool,
    login: Rotating<Config>,
    naming: Naming,
}

impl Database {
    /// Opens nothing yet. Without `tls` only plain connections can be made; with it, also the authorities of the
    /// settings are trusted, and for hosts of Amazon RDS its own.
    ///
    /// # Errors
    /// [`StoreError::Internal`] if the pool can't be built.
    pub fn new(settings: Settings, tls: Option<ClientConfig>) -> Result<Self, StoreError> {
        let Settings { login, iam, authorities, connections, statements, parts } = settings;
        let config = (*login.current()).clone();
        let naming = parts.map_or(Naming::Unnamed, |_| statements.on(&config));
        let tls = match tls {
            Some(tls) => {
                let more = authorities::tls(&config, &authorities);
                Some(more.map_err(|error| StoreError::Internal(Box::new(error)))?.unwrap_or(tls))
            }
            None => None,
        };
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = Manager::from_connect(config, Connector { login: login.clone(), iam, tls, naming }, recycling);
        let mut pool = Pool::builder(manager);
        if let (Naming::Named, Some(parts)) = (naming, parts) {
            pool = pool.post_create(prepare_when_open(parts));
        }
        let pool = pool
            .max_size(connections)
            .wait_timeout(Some(POOL_TIMEOUT))
            .create_timeout(Some(CONNECT_TIMEOUT))
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| StoreError::Internal(Box::new(error)))?;
        Ok(Self { pool, login, naming })
    }

    /// Opens a connection, so that the first request needn't. For the cold start, where processor time is free.
    ///
    /// # Errors
    /// [`StoreError`]; later calls try again by themselves.
    pub async fn warm_up(&self) -> Result<(), StoreError> {
        Ok(self.get().await.map(drop)?)
    }

    /// Returns a connection for what the ports don't cover, such as an operator's look at tables. The pool lacks it
    /// until it is dropped.
    ///
    /// # Errors
    /// [`StoreError`] if there is none in time.
    pub async fn connection(&self) -> Result<Connection, StoreError> {
        Ok(self.get().await?)
    }

    /// Runs a call, and runs it once more on a fresh connection if a pooled one turns out to be dead, if a migration has
    /// changed what a statement returns since it was prepared, or if somebody else's transaction got in its way.
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
            // A migration has changed what a prepared statement returns. The siblings have prepared it too.
            Err(failure) if failure.is_outdated_plan() => drop(self.pool.retain(|_, _| false)),
            Err(failure) if failure.is_lost_race() => {}
            result => return Ok(result?),
        }
        Ok(limited(call(self.lease().await?)).await?)
    }

    async fn lease(&self) -> Result<Lease, Failure> {
        Ok(Lease::new(self.get().await?, self.naming))
    }

    /// Returns a connection. If the server refuses the password, it may have been replaced: then once more with the new
    /// one.
    async fn get(&self) -> Result<Connection, Failure> {
        let used = self.login.current();
        match self.pool.get().await.map_err(Failure::from) {
            Err(failure) if failure.is_refused_login() && self.login.renew(&used).await => Ok(self.pool.get().await?),
            result => result,
        }
    }
}

async fn limited<T>(call: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    timeout(CALL_TIMEOUT, call).await.unwrap_or(Err(Failure::TimedOut))
}
