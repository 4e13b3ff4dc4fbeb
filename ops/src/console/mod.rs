//! The program's output: results on standard output, so that they can be piped; everything else on standard error.

mod table;
pub mod words;

use std::{
    error::Error,
    fmt::{self, Display},
    io::{self, IsTerminal, Write},
    process::ExitCode,
};

use pledge_domain::error_chain::ErrorChain;

pub use self::table::Table;

/// The reason why a command ended early. Neither its text nor its causes contain a secret.
pub type Failure = Box<dyn Error + Send + Sync>;

/// A call that makes no sense, with the reason. It ends with status 2, like calls that the command line's parser refuses.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct WrongCall(pub String);

/// The end of a command that didn't fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    /// Everything that was asked for is done, or would be in a dry run.
    All,
    /// Something is left that a person has to look at.
    SomethingLeft,
}

/// The exit status if something is left, for schedules that watch it. 1 is a failure and 2 a wrong call; the program's
/// help and docs/RUNBOOK.md list them.
const EXIT_SOMETHING_LEFT: u8 = 3;

/// The exit status of a wrong call, the same as clap's.
const EXIT_WRONG_CALL: u8 = 2;

/// Makes a panic end in one sentence that names the place in the source.
pub fn explain_faults() {
    std::panic::set_hook(Box::new(|fault| {
        let place = fault.location().map(|place| format!(" at {}:{}", place.file(), place.line())).unwrap_or_default();
        note(format_args!("error: a fault of this program{place}; what was written before stays written"));
    }));
}

/// Returns the exit status of a command. `apply` says whether it may have changed something.
pub fn exit_code(result: Result<Done, Failure>, apply: bool) -> ExitCode {
    match result {
        Ok(Done::All) => ExitCode::SUCCESS,
        Ok(Done::SomethingLeft) => ExitCode::from(EXIT_SOMETHING_LEFT),
        // The reader of the output closed it and has seen enough.
        Err(error) if is_broken_pipe(error.as_ref()) && !apply => ExitCode::SUCCESS,
        Err(error) if is_broken_pipe(error.as_ref()) => {
            note(
                "error: the output was closed before the end; what was written before stays written, repeat the command",
            );
            ExitCode::FAILURE
        }
        Err(error) if error.is::<WrongCall>() => {
            note(format_args!("error: {error}"));
            ExitCode::from(EXIT_WRONG_CALL)
        }
        Err(error) => {
            note(format_args!("error: {}", ErrorChain(error.as_ref())));
            ExitCode::FAILURE
        }
    }
}

fn is_broken_pipe(error: &(dyn Error + 'static)) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// Prints a line of the result.
pub fn line(text: impl Display) -> io::Result<()> {
    writeln!(io::stdout().lock(), "{text}")
}

/// Prints a result that is made as a whole, such as a script.
pub fn whole(result: &[u8]) -> io::Result<()> {
    io::stdout().lock().write_all(result)
}

/// Prints a heading among the results; bold on a terminal.
pub fn heading(text: impl Display) -> io::Result<()> {
    styled("1", text)
}

/// Prints a line of the result that a person should look at; red on a terminal.
pub fn line_in_red(text: impl Display) -> io::Result<()> {
    styled("31", text)
}

fn styled(style: &str, text: impl Display) -> io::Result<()> {
    if io::stdout().is_terminal() { line(format_args!("\x1b[{style}m{text}\x1b[0m")) } else { line(text) }
}

/// Prints a line for the person at the terminal.
pub fn note(text: impl Display) {
    to_person(format_args!("{text}\n"));
}

/// Writes a text to standard error. A failure to write, as to a closed pipe, is ignored, while `eprintln!` would panic.
fn to_person(text: fmt::Arguments<'_>) {
    let _ = io::stderr().lock().write_fmt(text);
}

/// Prints what would be done, and that `--apply` does it.
pub fn dry_run(what: impl Display) {
    note(format!("Dry run: {what}. Repeat with --apply to do it."));
}

/// The progress of a long command. On a terminal it is one line that changes; elsewhere a line now and then.
#[derive(Debug)]
pub struct Progress {
    what: &'static str,
    done: usize,
    total: Option<usize>,
    terminal: bool,
}

/// The number of steps between two lines where the output isn't a terminal.
const STEPS_PER_LINE: usize = 500;

impl Progress {
    /// Makes a progress of `total` steps; `None` if the number isn't known.
    pub fn new(what: &'static str, total: impl Into<Option<usize>>) -> Self {
        Self { what, done: 0, total: total.into(), terminal: io::stderr().is_terminal() }
    }

    /// Moves on by a number of steps.
    pub fn advance(&mut self, steps: usize) {
        let lines_before = self.done / STEPS_PER_LINE;
        self.done += steps;
        if self.terminal {
            to_person(format_args!("\r{self}"));
        } else if self.done / STEPS_PER_LINE > lines_before {
            note(&self);
        }
    }
}

impl Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.total {
            Some(total) => write!(f, "{}: {} of {total}", self.what, self.done),
            None => write!(f, "{}: {}", self.what, self.done),
        }
    }
}

impl Drop for Progress {
    /// Leaves the last state on the screen, also when the command was interrupted.
    fn drop(&mut self) {
        if self.done > 0 {
            let start = if self.terminal { "\r" } else { "" };
            note(format_args!("{start}{self}"));
        }
    }
}
