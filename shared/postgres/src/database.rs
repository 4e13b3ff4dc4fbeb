//! The pool of connections, on which calls are run.

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

/// A connection of the pool, with the methods of `tokio_postgres::Client`.
pub type Connection = deadpool_postgres::Object;

/// The database, which implements every store port. Clones share the connections.
#[derive(Debug, Clone)]
pub struct Database {
    pool: Pool,
    login: Rotating<Config>,
    naming: Naming,
}

impl Database {
    /// Makes the pool without opening a connection. Without `tls` only plain connections can be made. With it, the
    /// authorities of the settings are trusted too and, for hosts of Amazon RDS, those of RDS.
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

    /// Opens a connection and prepares its statements, so that the first request doesn't have to. It is for the cold start,
    /// in which Lambda gives full processor power.
    ///
    /// # Errors
    /// [`StoreError`]; later calls try again by themselves.
    pub async fn warm_up(&self) -> Result<(), StoreError> {
        Ok(self.get().await.map(drop)?)
    }

    /// Returns a connection, for queries that the ports don't cover, such as an operator's. It goes back to the pool when
    /// it is dropped.
    ///
    /// # Errors
    /// [`StoreError`] if none is free or can be opened in time.
    pub async fn connection(&self) -> Result<Connection, StoreError> {
        Ok(self.get().await?)
    }

    /// Runs a call, and runs it once more if the pooled connection turns out to be dead, if a migration has changed what a
    /// statement returns since it was prepared, or if it lost a race with another transaction.
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
                // The pool's other idle connections are probably dead for the same reason.
                self.pool.retain(|_, _| false);
            }
            // A migration has changed what a prepared statement returns. The other connections have prepared it too.
            Err(failure) if failure.is_outdated_plan() => drop(self.pool.retain(|_, _| false)),
            Err(failure) if failure.is_lost_race() => {}
            result => return Ok(result?),
        }
        Ok(limited(call(self.lease().await?)).await?)
    }

    async fn lease(&self) -> Result<Lease, Failure> {
        Ok(Lease::new(self.get().await?, self.naming))
    }

    /// Returns a connection. If the server refuses the password and another one was stored meanwhile, tries once more with
    /// that one.
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
