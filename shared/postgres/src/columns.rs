//! Reading columns by name into checked types.

use tokio_postgres::{Row, types::FromSql};

use crate::error::Failure;

/// A row whose columns are read by name.
pub(crate) struct Columns<'a>(pub &'a Row);

impl<'a> Columns<'a> {
    /// Returns the value of the column.
    ///
    /// # Errors
    /// [`Failure::Corrupt`] if there is no such column, or it has another type.
    pub fn get<T: FromSql<'a>>(&self, column: &'static str) -> Result<T, Failure> {
        self.0.try_get(column).map_err(|_| Failure::Corrupt(column))
    }

    /// Returns the text in the column, parsed.
    ///
    /// # Errors
    /// [`Failure::Corrupt`] if the column is null or `parse` returns none.
    pub fn parse<T>(&self, column: &'static str, parse: impl FnOnce(&'a str) -> Option<T>) -> Result<T, Failure> {
        parse(self.get(column)?).ok_or(Failure::Corrupt(column))
    }

    /// Returns the text in the column, parsed; none if the column is null.
    ///
    /// # Errors
    /// [`Failure::Corrupt`] if `parse` returns none.
    pub fn parse_some<T>(
        &self,
        column: &'static str,
        parse: impl FnOnce(&'a str) -> Option<T>,
    ) -> Result<Option<T>, Failure> {
        let text: Option<&str> = self.get(column)?;
        text.map(|text| parse(text).ok_or(Failure::Corrupt(column))).transpose()
    }
}
