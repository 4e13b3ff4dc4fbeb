//! Reading columns by name into types that can't be wrong.

use tokio_postgres::{Row, types::FromSql};

use crate::error::Failure;

/// A row whose columns are read by name.
pub(crate) struct Columns<'a>(pub &'a Row);

impl<'a> Columns<'a> {
    pub fn get<T: FromSql<'a>>(&self, column: &'static str) -> Result<T, Failure> {
        self.0.try_get(column).map_err(|_| Failure::Corrupt(column))
    }

    /// Returns the text in the column, as what it stands for.
    pub fn parse<T>(&self, column: &'static str, parse: impl FnOnce(&'a str) -> Option<T>) -> Result<T, Failure> {
        parse(self.get(column)?).ok_or(Failure::Corrupt(column))
    }

    /// Returns the text in the column, if there is any, as what it stands for.
    pub fn parse_some<T>(
        &self,
        column: &'static str,
        parse: impl FnOnce(&'a str) -> Option<T>,
    ) -> Result<Option<T>, Failure> {
        let text: Option<&str> = self.get(column)?;
        text.map(|text| parse(text).ok_or(Failure::Corrupt(column))).transpose()
    }
}
