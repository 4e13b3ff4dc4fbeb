//! Arguments of `ops database …`.

use clap::Subcommand;

use super::parse;

/// The subcommands of `ops database`.
#[derive(Debug, Subcommand)]
pub enum Database {
    /// Shows who is connected, what runs for how long, and who waits for whom.
    #[command(after_help = "Example:
  ops database sessions")]
    Sessions,
    /// Ends a session, such as one that blocks others. If it was a function's, the function tries its call again.
    #[command(after_help = "Example:
  ops database end 4711 --apply")]
    End {
        /// The number of the session, as `ops database sessions` shows it.
        session: i32,
    },
    /// Lets a role sign in with a new password, which is read from standard input. Makes the role if there is none. Needs
    /// a login that may make roles.
    #[command(after_help = "Example:
  ops database login pledge_app_2 --member-of pledge --apply < password.txt")]
    Login {
        /// The role.
        #[arg(value_parser = parse::role)]
        role: String,
        /// The role that owns the tables, in whose name the role acts.
        #[arg(long, value_parser = parse::role)]
        member_of: String,
    },
    /// Stops a role from signing in. Its open connections go on until they are closed.
    #[command(after_help = "Example:
  ops database logout pledge_app_1 --apply")]
    Logout {
        /// The role.
        #[arg(value_parser = parse::role)]
        role: String,
    },
}
