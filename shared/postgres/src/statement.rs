//! A statement with its typed parameters, whose types the server needn't be asked for.

use std::fmt;

use pledge_domain::{Timestamp, outbox::Payload};
use serde::Serialize;
use serde_json::Value;
use tokio_postgres::{
    Client, Error, Row, Statement as Prepared,
    types::{Json, ToSql, Type},
};
use uuid::Uuid;

/// Expands to the SQL of a file in `queries/`, or of several files joined.
macro_rules! sql {
    ($($name:literal),+) => {
        concat!($(include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/queries/", $name, ".sql"))),+)
    };
}
pub(crate) use sql;

/// A statement that is ready to be sent.
pub(crate) struct Statement<'a> {
    sql: &'static str,
    parameters: Vec<(Box<dyn ToSql + Send + Sync + 'a>, Type)>,
}

impl<'a> Statement<'a> {
    pub fn new(sql: &'static str) -> Self {
        Self { sql, parameters: Vec::new() }
    }

    fn with(mut self, value: impl ToSql + Send + Sync + 'a, kind: Type) -> Self {
        self.parameters.push((Box::new(value), kind));
        self
    }

    pub fn text(self, value: impl Into<Option<&'a str>>) -> Self {
        self.with(value.into(), Type::TEXT)
    }

    pub fn string(self, value: Option<String>) -> Self {
        self.with(value, Type::TEXT)
    }

    pub fn uuid(self, value: impl Into<Option<Uuid>>) -> Self {
        self.with(value.into(), Type::UUID)
    }

    pub fn time(self, value: impl Into<Option<Timestamp>>) -> Self {
        self.with(value.into(), Type::TIMESTAMPTZ)
    }

    pub fn int(self, value: impl Into<Option<i32>>) -> Self {
        self.with(value.into(), Type::INT4)
    }

    pub fn bigint(self, value: impl Into<Option<i64>>) -> Self {
        self.with(value.into(), Type::INT8)
    }

    pub fn bool(self, value: bool) -> Self {
        self.with(value, Type::BOOL)
    }

    pub fn json(self, value: &'a Payload) -> Self {
        self.with(Json(value), Type::JSONB)
    }

    /// Adds a whole row as one parameter, a JSON object with a field for each column.
    pub fn row(self, row: impl Serialize + fmt::Debug + Send + Sync + 'a) -> Self {
        self.with(Json(row), Type::JSONB)
    }

    /// Adds a JSON document as a parameter that the statement casts from text.
    pub fn document(self, value: &Value) -> Self {
        self.with(value.to_string(), Type::TEXT)
    }

    pub fn uuids(self, values: Vec<Uuid>) -> Self {
        self.with(values, Type::UUID_ARRAY)
    }

    pub fn texts<T: ToSql + Send + Sync + 'a>(self, values: Vec<T>) -> Self {
        self.with(values, Type::TEXT_ARRAY)
    }

    pub fn jsons(self, values: impl Iterator<Item = &'a Payload>) -> Self {
        self.with(values.map(Json).collect::<Vec<_>>(), Type::JSONB_ARRAY)
    }

    /// Returns the SQL, by which a connection finds the statements that it has prepared.
    pub fn sql(&self) -> &'static str {
        self.sql
    }

    /// Sends the statement without a name, so that the server parses, plans and runs it, and waits for its rows.
    pub async fn run_unnamed(&self, client: &Client) -> Result<Vec<Row>, Error> {
        let parameters: Vec<(&(dyn ToSql + Sync), Type)> =
            self.parameters.iter().map(|(value, kind)| (&**value as &(dyn ToSql + Sync), kind.clone())).collect();
        client.query_typed(self.sql, &parameters).await
    }

    /// Sends the parameters of the prepared statement of this SQL, and waits for its rows.
    ///
    /// The parameter types that the server inferred must be those that [`Self::run_unnamed`] sends; where it could infer
    /// others, the SQL casts.
    pub async fn run_prepared(&self, client: &Client, prepared: &Prepared) -> Result<Vec<Row>, Error> {
        debug_assert!(
            self.parameters.iter().map(|(_, kind)| kind).eq(prepared.params()),
            "{} takes {:?}",
            self.sql,
            prepared.params()
        );
        let parameters: Vec<&(dyn ToSql + Sync)> =
            self.parameters.iter().map(|(value, _)| &**value as &(dyn ToSql + Sync)).collect();
        client.query(prepared, &parameters).await
    }
}
