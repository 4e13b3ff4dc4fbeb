//! Queries in the functions' database.

use serde_json::Value;
use tokio_postgres::{Client, NoTls, Row, types::ToSql};

use crate::failure::Failure;

/// Access to the functions' database.
#[derive(Debug, Clone)]
pub struct Database {
    url: String,
}

impl Database {
    pub(crate) fn new(url: &str) -> Self {
        Self { url: url.to_owned() }
    }

    /// Opens a connection.
    ///
    /// # Errors
    /// If the database can't be reached.
    pub async fn connect(&self) -> Result<Client, Failure> {
        let (client, connection) = tokio_postgres::connect(&self.url, NoTls).await?;
        tokio::spawn(connection);
        Ok(client)
    }

    /// Returns the rows of a query.
    ///
    /// # Errors
    /// If the database refuses the query.
    pub async fn query(&self, sql: &str, parameters: &[&(dyn ToSql + Sync)]) -> Result<Vec<Row>, Failure> {
        Ok(self.connect().await?.query(sql, parameters).await?)
    }

    /// Returns the rows of a query whose one column is JSON, such as `select to_jsonb(users) from users`.
    ///
    /// # Errors
    /// If the database refuses the query.
    pub async fn json(&self, sql: &str, parameters: &[&(dyn ToSql + Sync)]) -> Result<Vec<Value>, Failure> {
        Ok(self.query(sql, parameters).await?.iter().map(|row| row.get(0)).collect())
    }

    /// Returns the status of a preorder; none if there is no such preorder.
    ///
    /// # Errors
    /// If the database doesn't answer.
    pub async fn preorder_status(&self, id: &str) -> Result<Option<String>, Failure> {
        let rows = self.query("select status from preorders where id::text = $1", &[&id]).await?;
        Ok(rows.first().map(|row| row.get(0)))
    }
}
