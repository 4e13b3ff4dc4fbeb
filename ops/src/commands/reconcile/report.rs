//! The report of a comparison, line by line.

use pledge_domain::Timestamp;

use crate::console::{
    Done, Failure, dry_run, heading, line, note,
    words::{WIDTH, count, iso, there_are, wrap},
};

/// The width of the column of ids.
const ID: usize = 30;

/// Prints differences as they are found, and counts them.
#[derive(Debug)]
pub struct Report {
    window: (Timestamp, Timestamp),
    apply: bool,
    is_begun: bool,
    repaired: usize,
    left: usize,
    repairable: usize,
    unseen: Vec<String>,
}

impl Report {
    /// Makes a report without differences.
    pub fn new(window: (Timestamp, Timestamp), apply: bool) -> Self {
        Self { window, apply, is_begun: false, repaired: 0, left: 0, repairable: 0, unseen: Vec::new() }
    }

    /// Returns whether repairs are made (`--apply`), as opposed to only listed.
    pub fn applies(&self) -> bool {
        self.apply
    }

    /// Reports a difference that was repaired.
    pub fn repaired(&mut self, id: &str, what: &str) -> Result<(), Failure> {
        self.repaired += 1;
        self.line(id, &format!("{what}: applied"))
    }

    /// Reports a difference that is left. Without `--apply`, every difference is.
    pub fn left(&mut self, id: &str, what: &str, is_repairable: bool) -> Result<(), Failure> {
        self.left += 1;
        self.repairable += usize::from(is_repairable);
        self.line(id, what)
    }

    /// Keeps a note about what couldn't be compared, for the end.
    pub fn unseen(&mut self, what: String) {
        self.unseen.push(what);
    }

    fn line(&mut self, id: &str, what: &str) -> Result<(), Failure> {
        if !self.is_begun {
            self.is_begun = true;
            heading(format_args!("{:<ID$}DIFFERENCE", "OBJECT"))?;
        }
        let start = format!("{id:<w$}  ", w = ID - 2);
        for (number, part) in wrap(what, WIDTH - ID).iter().enumerate() {
            let lead = if number == 0 { start.clone() } else { " ".repeat(ID) };
            line(format_args!("{lead}{part}"))?;
        }
        Ok(())
    }

    /// Prints the numbers and the notes, and returns how the command ends.
    pub fn conclusion(&self) -> Done {
        let (from, to) = self.window;
        note(format_args!("Compared: what happened from {} until {}.", iso(from), iso(to)));
        for unseen in &self.unseen {
            for (number, part) in wrap(&format!("Not seen: {unseen}."), WIDTH - 2).iter().enumerate() {
                note(if number == 0 { part.clone() } else { format!("  {part}") });
            }
        }
        match (self.left, self.repaired) {
            (0, 0) => note("No differences."),
            (0, repaired) => note(format_args!("{} repaired.", count(repaired, "difference"))),
            (left, repaired) if self.apply => {
                note(format_args!("{repaired} repaired; {} left for a person.", there_are(left, "difference")));
            }
            (left, _) if self.repairable == 0 => {
                note(format_args!("{} left for a person.", there_are(left, "difference")));
            }
            (left, _) => {
                dry_run(format_args!("of {}, {} would be repaired", count(left, "difference"), self.repairable));
            }
        }
        if self.left == 0 { Done::All } else { Done::SomethingLeft }
    }
}
