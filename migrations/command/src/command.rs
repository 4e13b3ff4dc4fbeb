//! The commands of the program, and their parsing.

use std::error::Error;

use pledge_migrations::{adopt, down, status, up};
use pledge_runtime::Environment;

use crate::{connect, report};

/// The error of a wrong call, which is answered with the usage.
#[derive(Debug, PartialEq, Eq)]
pub struct Usage;

/// A command, as the arguments give it.
#[derive(Debug, PartialEq, Eq)]
pub enum Command {
    Up,
    Down { steps: usize },
    Status,
    Adopt { version: i32 },
}

impl Command {
    pub fn parse(words: impl Iterator<Item = String>) -> Result<Self, Usage> {
        let words: Vec<_> = words.collect();
        match words.iter().map(String::as_str).collect::<Vec<_>>()[..] {
            ["up"] => Ok(Self::Up),
            ["down"] => Ok(Self::Down { steps: 1 }),
            ["down", steps] => steps.parse().map(|steps| Self::Down { steps }).map_err(|_| Usage),
            ["status"] => Ok(Self::Status),
            ["adopt", version] => version.parse().map(|version| Self::Adopt { version }).map_err(|_| Usage),
            _ => Err(Usage),
        }
    }

    pub async fn run(self) -> Result<(), Box<dyn Error + Send + Sync>> {
        let mut client = connect::to_database(Environment::from_process()).await?;
        match self {
            Self::Up => report::steps("up", &up(&mut client).await?),
            Self::Down { steps } => report::steps("down", &down(&mut client, steps).await?),
            Self::Status => report::status(&status(&client).await?),
            Self::Adopt { version } => report::steps("adopted", &adopt(&mut client, version).await?),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Command, Usage> {
        Command::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn down_takes_back_one_step_unless_told() {
        assert_eq!(parse("down"), Ok(Command::Down { steps: 1 }));
        assert_eq!(parse("down 3"), Ok(Command::Down { steps: 3 }));
        assert_eq!(parse("adopt 3"), Ok(Command::Adopt { version: 3 }));
    }

    #[test]
    fn a_wrong_call_explains_the_usage() {
        for line in ["", "sideways", "down all", "adopt", "up 1"] {
            assert_eq!(parse(line), Err(Usage), "{line:?}");
        }
    }
}
