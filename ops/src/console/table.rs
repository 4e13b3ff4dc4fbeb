//! Tables for people to read.

use std::{fmt, io};

use super::{
    heading, line,
    words::{WIDTH, wrap},
};

/// The number of blanks between two columns.
const GAP: usize = 2;

/// A table with headings, at most [`WIDTH`] wide. The last column takes the remaining width and is broken into lines; if
/// that is too narrow, its text stands below the row.
#[derive(Debug)]
pub struct Table {
    headings: Vec<&'static str>,
    rows: Vec<Vec<String>>,
}

/// The least width with which the last column stands in its row.
const LEAST: usize = 24;

/// The indentation of the last column where it stands below its row.
const INDENT: usize = 4;

impl Table {
    /// Makes a table with these columns.
    pub fn new(headings: &[&'static str]) -> Self {
        Self { headings: headings.to_vec(), rows: Vec::new() }
    }

    /// Adds a row, which has as many cells as there are headings.
    pub fn row(&mut self, cells: impl IntoIterator<Item = impl fmt::Display>) {
        self.rows.push(cells.into_iter().map(|cell| cell.to_string()).collect());
    }

    /// Writes the table, or nothing if it has no rows.
    pub fn print(&self) -> io::Result<()> {
        if self.rows.is_empty() {
            return Ok(());
        }
        for (number, text) in self.lines().iter().enumerate() {
            if number == 0 { heading(text)? } else { line(text)? }
        }
        Ok(())
    }

    fn lines(&self) -> Vec<String> {
        let headings: Vec<_> = self.headings.iter().map(|heading| heading.to_uppercase()).collect();
        let widths = self.widths(&headings);
        let before: usize = widths.iter().map(|width| width + GAP).sum();
        let longest_word = self.rows.iter().filter_map(|cells| cells.last()).flat_map(|cell| cell.split_whitespace());
        let needed = longest_word.map(|word| word.chars().count()).max().unwrap_or_default().max(LEAST);
        let beside = before + needed <= WIDTH;
        let mut lines = Vec::new();
        for cells in std::iter::once(&headings).chain(&self.rows) {
            let Some((last, others)) = cells.split_last() else { continue };
            let pad = |(cell, width): (&String, &usize)| format!("{cell:<w$}", w = width + GAP);
            let start: String = others.iter().zip(&widths).map(pad).collect();
            let (first, indent) = if beside { (start, before) } else { (String::new(), INDENT) };
            if !beside {
                let start: String = others.iter().zip(&widths).map(pad).collect();
                lines.push(start.trim_end().to_owned());
            }
            for (number, part) in wrap(last, WIDTH - indent).iter().enumerate() {
                let lead = if number == 0 && beside { first.clone() } else { " ".repeat(indent) };
                let text = format!("{lead}{part}");
                if !text.trim().is_empty() {
                    lines.push(text.trim_end().to_owned());
                }
            }
        }
        lines
    }

    /// Returns the width of every column but the last.
    fn widths(&self, headings: &[String]) -> Vec<usize> {
        let columns = 0..headings.len().saturating_sub(1);
        let width = |cells: &Vec<String>, column: usize| cells.get(column).map_or(0, |cell| cell.chars().count());
        let widest = |column| {
            let rows = self.rows.iter().map(|cells| width(cells, column));
            rows.chain([headings[column].chars().count()]).max().unwrap_or_default()
        };
        columns.map(widest).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_below_their_headings() {
        let mut table = Table::new(&["id", "state", "reason"]);
        table.row(["a-long-id", "parked", "no"]);
        table.row(["b", "sent", ""]);
        assert_eq!(table.lines(), ["ID         STATE   REASON", "a-long-id  parked  no", "b          sent"]);
    }

    #[test]
    fn no_line_is_wider_than_a_page() {
        let mut table = Table::new(&["id", "reason"]);
        table.row(["evt_1".to_owned(), "a reason of several words ".repeat(9)]);
        let lines = table.lines();
        assert!(lines.len() == 4 && lines.iter().all(|line| line.len() <= WIDTH), "{lines:#?}");
        assert!(lines[2].starts_with("       "), "{lines:#?}");
    }

    #[test]
    fn what_has_no_room_beside_its_row_stands_below_it() {
        let mut table = Table::new(&["id", "key", "reason"]);
        table.row(["i".repeat(36), "k".repeat(50), "refused".to_owned()]);
        let lines = table.lines();
        assert_eq!(lines.len(), 4, "{lines:#?}");
        assert_eq!(lines[3], "    refused");
    }
}
