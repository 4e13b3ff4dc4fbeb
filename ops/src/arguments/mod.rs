//! The command line.

mod database;
mod import;
mod parse;
mod payments;
mod person;
mod preorders;
mod reconcile;
mod tiers;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
pub use database::Database;
pub use import::{Champions, Import};
pub use parse::preorder_name;
pub use payments::{Book, Given, Grant, Payments, Subscriptions};
use pledge_domain::{
    Timestamp,
    email::Email,
    ids::{EventId, NovelId, OutboxId, PreorderId, UserId},
    outbox::PhoneNumber,
};
pub use preorders::{PreorderName, Preorders, Which};
pub use tiers::{TierSettings, Tiers};

pub use self::{
    person::Person,
    reconcile::{Reconcile, Resume},
};
use crate::console::{WrongCall, words::iso};

/// What scripts and schedules go by.
const EXIT_STATUS: &str = "Exit status:
  0  everything that was asked for, a dry run included
  1  a failure; standard error says in a sentence what and why
  2  a wrong call
  3  something is left that a person has to look at";

/// The operator's tools of Pledge.
///
/// They take the variables of the functions: STAGE, AWS_…, DATABASE_URL, STRIPE_SECRET_KEY and so on; in every stage
/// but `local`, secrets by ARN (DATABASE_URL_SECRET_ARN). Results go to standard output, progress to standard error.
#[derive(Debug, Parser)]
#[command(name = "ops", disable_help_subcommand = true, after_help = EXIT_STATUS)]
pub struct Arguments {
    /// Do it. Without this, a command only says what it would do.
    #[arg(long, global = true)]
    pub apply: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What there is to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// The endpoint to which Stripe delivers its events.
    #[command(subcommand)]
    Webhook(Webhook),
    /// Stripe's billing portal, where readers change their card.
    #[command(subcommand)]
    Portal(Portal),
    /// Stripe events that were recorded, but could not be applied.
    #[command(subcommand)]
    Parked(Parked),
    /// Facts for Klaviyo.
    #[command(subcommand)]
    Outbox(Outbox),
    /// The dead-letter queue of the sender.
    #[command(subcommand)]
    Dlq(Dlq),
    /// One Stripe event.
    #[command(subcommand)]
    Event(Event),
    /// Compares what is stored with what Stripe has and what Klaviyo was told, and applies what is missing. Exits with
    /// status 3 if differences are left.
    #[command(after_help = Reconcile::EXAMPLES)]
    Reconcile(Reconcile),
    /// The tiers of a novel: what a month of support costs.
    #[command(subcommand)]
    Tiers(Tiers),
    /// Shows everything about whatever an id, a number or an address leads to.
    #[command(after_help = Wanted::EXAMPLES)]
    Show(Wanted),
    /// Tells the same as `show` in the order of time: from the form to Klaviyo, with each event and why it did what.
    #[command(after_help = Wanted::EXAMPLES)]
    Explain(Wanted),
    /// Preorders, and whether they are sent.
    #[command(subcommand)]
    Preorders(Preorders),
    /// Payments: what was paid twice, and what was paid elsewhere.
    #[command(subcommand)]
    Payments(Payments),
    /// Subscriptions that somebody has to end.
    #[command(subcommand)]
    Subscriptions(Subscriptions),
    /// Gives a reader time that costs nothing, for what had run before it was recorded.
    Grant(Grant),
    /// The database server: who is connected, and who may sign in.
    #[command(subcommand)]
    Database(Database),
    /// What is stored about one person: to be given to them, or to be forgotten.
    #[command(subcommand)]
    Person(Person),
    /// People.
    #[command(subcommand)]
    Users(Users),
    /// What an older system knows.
    #[command(subcommand)]
    Import(Import),
    /// Prints what a shell needs to complete this program's commands: `source <(ops completions bash)`.
    Completions {
        /// Which shell.
        shell: Shell,
    },
    /// Tables as CSV on standard output. They hold personal data, unless said otherwise.
    #[command(subcommand)]
    Export(Export),
}

/// `ops webhook …`
#[derive(Debug, Subcommand)]
pub enum Webhook {
    /// Makes the endpoint, or corrects it: this program's API version, and exactly the events that are handled.
    #[command(
        after_help = "Example:\n  ops webhook register --url https://hooks.example.com/webhooks/stripe \\\n    --store arn:aws:secretsmanager:us-east-1:111122223333:secret:pledge-webhook --apply"
    )]
    Register {
        /// The address of the function: the stack's output StripeWebhookUrl.
        #[arg(long)]
        url: String,
        /// The ARN of the secret behind STRIPE_WEBHOOK_SECRETS: a new endpoint's signing secret is put there, beside those
        /// that are there already, instead of on the screen.
        #[arg(long, value_name = "ARN")]
        store: Option<String>,
    },
}

/// `ops portal …`
#[derive(Debug, Subcommand)]
pub enum Portal {
    /// Makes our configuration of it, or corrects it: another card, invoices and receipts, and nothing else.
    Register,
}

/// `ops parked …`
#[derive(Debug, Subcommand)]
pub enum Parked {
    /// Shows them, oldest first.
    List(Limit),
    /// Fetches them from Stripe again and decides them anew, after their cause was mended.
    Requeue {
        /// Which: `evt_…`.
        #[arg(value_parser = parse::event_id, required_unless_present = "all", conflicts_with = "all")]
        events: Vec<EventId>,
        /// All that are parked.
        #[arg(long)]
        all: bool,
    },
    /// Lays them aside: nothing is to be done about them. They count as ignored from then on, for this reason.
    Dismiss {
        /// Which: `evt_…`.
        #[arg(value_parser = parse::event_id, required = true)]
        events: Vec<EventId>,
        /// Why, in your words. No personal data: it is shown wherever the event is.
        #[arg(long, value_parser = parse::reason)]
        reason: String,
    },
}

/// `ops outbox …`
#[derive(Debug, Subcommand)]
pub enum Outbox {
    /// Shows rows that are not sent, oldest first.
    List {
        /// In which state.
        #[arg(long, default_value = "all")]
        state: OutboxState,
        /// How many.
        #[command(flatten)]
        limit: Limit,
    },
    /// Queues rows again that are not sent, parked ones included.
    Requeue {
        /// Which: the id of the row.
        #[arg(value_parser = parse::outbox_id, required_unless_present = "all", conflicts_with = "all")]
        rows: Vec<OutboxId>,
        /// All in the state.
        #[arg(long)]
        all: bool,
        /// In which state, with `--all`.
        #[arg(long, default_value = "parked", conflicts_with = "rows")]
        state: OutboxState,
    },
    /// Corrects whom rows are about, and queues them again. What is sent already stays as it was sent. Only these rows
    /// change: the preorder or the reader that they are about keeps its own address.
    Edit {
        /// Which: the ids of the rows.
        #[arg(value_parser = parse::outbox_id, required = true)]
        rows: Vec<OutboxId>,
        /// What is wrong.
        #[command(flatten)]
        correction: Correction,
    },
}

/// What is to stand in rows of the outbox instead.
#[derive(Debug, Clone, Args)]
#[group(required = true, multiple = true)]
pub struct Correction {
    /// Another e-mail address.
    #[arg(long, value_parser = parse::email)]
    pub email: Option<Email>,
    /// Another telephone number, with its country: `+852 5123 4567`.
    #[arg(long, value_parser = parse::phone, conflicts_with = "no_phone")]
    pub phone: Option<PhoneNumber>,
    /// No telephone number.
    #[arg(long)]
    pub no_phone: bool,
}

/// Why a row isn't sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OutboxState {
    /// Klaviyo refused the row for good.
    Parked,
    /// The row is on its way, or will be found by the sweep.
    Waiting,
    /// Rows that are parked and rows that wait.
    All,
}

/// `ops dlq …`
#[derive(Debug, Subcommand)]
pub enum Dlq {
    /// Shows messages, and what has become of the outbox rows that they name. Others don't see them meanwhile.
    List(Limit),
    /// Moves messages back into the sender's queue. Those whose rows are settled are removed instead.
    Redrive {
        /// Removes messages that can't be read as well. They name no row that the sweep wouldn't find.
        #[arg(long)]
        discard_unreadable: bool,
    },
}

/// `ops event …`
#[derive(Debug, Subcommand)]
pub enum Event {
    /// Fetches an event from Stripe and records it as the webhook would. Stripe keeps events for 30 days.
    Replay {
        /// `evt_…`
        #[arg(value_parser = parse::event_id)]
        event: EventId,
        /// Also if it was recorded before and changed nothing (parked or ignored): it is decided anew.
        #[arg(long)]
        force: bool,
    },
    /// Says whose an event is that nobody marked and that was ignored or parked, and records it as if it were marked so.
    /// Later events about the same object then find it by themselves.
    Adopt {
        /// `evt_…`
        #[arg(value_parser = parse::event_id)]
        event: EventId,
        /// Whose it is.
        #[command(flatten)]
        adopter: AdoptedBy,
    },
}

/// Whose an event is.
#[derive(Debug, Clone, Args)]
#[group(required = true, multiple = true)]
pub struct AdoptedBy {
    /// A subscription's, an invoice's or a single payment's event: the reader, by their uid.
    #[arg(long, value_parser = parse::user_id, requires = "novel")]
    pub reader: Option<UserId>,
    /// The novel that the reader supports with it.
    #[arg(long, value_parser = parse::novel_id, requires = "reader")]
    pub novel: Option<NovelId>,
    /// A Checkout session's event: the preorder, by its id.
    #[arg(long, value_parser = parse::preorder_id, conflicts_with_all = ["reader", "novel"])]
    pub preorder: Option<PreorderId>,
}

/// `ops users …`
#[derive(Debug, Subcommand)]
pub enum Users {
    /// Gives preorders without an owner to the Firebase accounts of their addresses; makes accounts where none are. The
    /// limit is how many are given away: those whose address is claimed by an unproven account are passed over.
    Link(Limit),
    /// Takes people over from a Firebase export (`firebase auth:export users.json`), or from CSV with the columns uid,
    /// email, email_verified, display_name, photo_url, phone, marketing_consent. What is known of somebody stays.
    Import {
        /// The file.
        file: PathBuf,
    },
    /// Gives everything of one user to another: preorders, payments, subscriptions. The former uid stands for the other one
    /// from then on. Where both have a live subscription to one novel, nothing is joined until one of them has ended.
    Merge {
        /// Who has it now.
        #[arg(value_parser = parse::user_id)]
        former: UserId,
        /// Who is to have it.
        #[arg(value_parser = parse::user_id)]
        successor: UserId,
    },
}

/// `ops export …`
#[derive(Debug, Subcommand)]
pub enum Export {
    /// A line for each preorder.
    Preorders(Window),
    /// A line for each grant of champion support.
    Ledger(Window),
    /// A line for each day and colour: how many preorders got how far. No personal data.
    Funnel(Window),
    /// A line for each day, novel and currency: what champions' payments brought, spread over the time that they bought.
    /// No personal data.
    Revenue(Window),
    /// A line for each reader who was shown another tier or end, when access became a timeline, than their payments come
    /// to. What was shown is honoured.
    CarriedOver,
}

/// What somebody asks for.
#[derive(Debug, Clone, Args)]
pub struct Wanted {
    /// A preorder's id or number, an e-mail address, a uid, an id of Stripe's (`cus_ sub_ pi_ in_ cs_ evt_ re_ dp_`), a
    /// payment's id, or that of a row of the outbox.
    #[arg(value_name = "ANYTHING")]
    pub what: String,
    /// Writes JSON, with every column.
    #[arg(long)]
    pub json: bool,
}

impl Wanted {
    const EXAMPLES: &str = "Examples:
  ops show ROL-1A2B3C4D
  ops explain reader@example.com
  ops explain pi_3NG8Du2eZvKYlo2C0aGtXfG2 --json";
}

/// How many to look at.
#[derive(Debug, Clone, Copy, Args)]
pub struct Limit {
    /// At most so many.
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(i64).range(1..))]
    pub limit: i64,
}

/// A window of time.
#[derive(Debug, Clone, Copy, Args)]
pub struct Window {
    /// Made at this time or later: `2026-10-31` or `2026-10-31T12:00:00Z`, in UTC.
    #[arg(long, value_parser = parse::moment)]
    pub from: Timestamp,
    /// Made before this time; now unless given.
    #[arg(long, value_parser = parse::moment)]
    pub to: Option<Timestamp>,
}

impl Window {
    /// Returns its beginning and its end, if now is this. What was made in this second lies before it.
    ///
    /// # Errors
    /// [`WrongCall`] if it ends before it begins.
    pub fn bounds(&self, now: Timestamp) -> Result<(Timestamp, Timestamp), WrongCall> {
        time_in_window(self.from, self.to.unwrap_or(now + time::Duration::SECOND))
    }
}

/// Returns the beginning and the end of a window in which there is some time.
fn time_in_window(from: Timestamp, to: Timestamp) -> Result<(Timestamp, Timestamp), WrongCall> {
    if from < to {
        return Ok((from, to));
    }
    Err(WrongCall(format!("the window ends at {}, before it begins at {}", iso(to), iso(from))))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn parse(line: &str) -> Result<Arguments, clap::Error> {
        Arguments::try_parse_from(line.split_whitespace())
    }

    #[test]
    fn the_declaration_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_shell_has_completions_that_know_the_commands() {
        for shell in Shell::value_variants() {
            let mut text = Vec::new();
            clap_complete::generate(*shell, &mut Arguments::command(), "ops", &mut text);
            let text = String::from_utf8(text).unwrap();
            assert!(text.contains("refund-duplicate") && text.contains("completions"), "{shell}");
        }
    }

    #[test]
    fn nothing_is_done_unless_told() {
        assert!(!parse("ops outbox requeue --all").unwrap().apply);
        assert!(parse("ops outbox requeue --all --apply").unwrap().apply);
        assert!(parse("ops --apply outbox requeue --all").unwrap().apply);
    }

    #[test]
    fn what_to_requeue_must_be_said() {
        for line in
            ["ops parked requeue", "ops parked requeue evt_1 --all", "ops outbox requeue", "ops parked requeue in_1"]
        {
            assert!(parse(line).is_err(), "{line}");
        }
    }

    #[test]
    fn a_window_has_some_time_in_it() {
        let now = Timestamp::from_unix_timestamp(1_793_404_800).unwrap();
        let window = |line: &str| match parse(line).unwrap().command {
            Command::Reconcile(reconcile) => reconcile.window(now),
            Command::Export(Export::Funnel(window)) => window.bounds(now),
            other => panic!("{other:?}"),
        };
        for line in ["ops reconcile --from 2026-10-31 --to 2026-10-30", "ops export funnel --from 2026-11-01"] {
            assert!(window(line).is_err(), "{line}");
        }
        let (from, to) = window("ops reconcile").unwrap();
        assert_eq!((to - from).whole_days(), 30);
    }

    #[test]
    fn a_comparison_goes_on_in_a_part_that_there_is() {
        let resume = |text: &str| match parse(&format!("ops reconcile --resume {text}"))?.command {
            Command::Reconcile(reconcile) => Ok(reconcile.resume.unwrap()),
            other => panic!("{other:?}"),
        };
        let after =
            |text: &str| resume(text).map(|resume: Resume| (resume.part, resume.after)).map_err(|_: clap::Error| ());
        assert_eq!(after("invoices:in_1"), Ok(("invoices".to_owned(), Some("in_1".to_owned()))));
        assert_eq!(after("refunds"), Ok(("refunds".to_owned(), None)));
        assert_eq!(after("customers"), Err(()));
    }

    #[test]
    fn a_window_begins_at_a_day_or_a_time() {
        let from = |text: &str| match parse(&format!("ops reconcile --from {text}")).unwrap().command {
            Command::Reconcile(reconcile) => reconcile.from.unwrap().unix_timestamp(),
            other => panic!("{other:?}"),
        };
        assert_eq!(from("2026-10-31"), 1_793_404_800);
        assert_eq!(from("2026-10-31T02:00:00+02:00"), 1_793_404_800);
        assert!(parse("ops reconcile --from yesterday").is_err());
        assert!(parse("ops export funnel").is_err());
    }
}
