//! Arguments of `ops webhook …`, `ops portal …`, `ops parked …` and `ops event …`, which are about Stripe.

use clap::{Args, Subcommand};
use pledge_domain::ids::{EventId, NovelId, PreorderId, UserId};

use super::{Limit, parse};

/// The subcommands of `ops webhook`.
#[derive(Debug, Subcommand)]
pub enum Webhook {
    /// Makes the endpoint, or corrects it, so that it has this program's API version and exactly the events that are
    /// handled.
    #[command(after_help = r"Example:
  ops webhook register --url https://hooks.example.com/webhooks/stripe \
    --store arn:aws:secretsmanager:us-east-1:111122223333:secret:pledge-webhook --apply")]
    Register {
        /// The address of the function: the stack's output StripeWebhookUrl.
        #[arg(long)]
        url: String,
        /// The ARN of the secret behind STRIPE_WEBHOOK_SECRETS: a new endpoint's signing secret is added there to the
        /// secrets that it has already, and isn't printed.
        #[arg(long, value_name = "ARN")]
        store: Option<String>,
    },
}

/// The subcommands of `ops portal`.
#[derive(Debug, Subcommand)]
pub enum Portal {
    /// Makes our configuration of the portal, or corrects it. Readers can change their card and see invoices and receipts
    /// there, and nothing else.
    #[command(after_help = "Examples:
  ops portal register            what would be made or corrected
  ops portal register --apply")]
    Register,
}

/// The subcommands of `ops parked`.
#[derive(Debug, Subcommand)]
pub enum Parked {
    /// Shows parked events, oldest first.
    #[command(after_help = "Examples:
  ops parked list
  ops parked list --limit 20")]
    List(Limit),
    /// Fetches parked events from Stripe again and decides them anew, once the cause of their parking is mended.
    #[command(after_help = "Examples:
  ops parked requeue evt_1QxYzAbCdEfGhIjK --apply
  ops parked requeue --all --apply")]
    Requeue {
        /// The ids of the events: `evt_…`.
        #[arg(value_parser = parse::event_id, required_unless_present = "all", conflicts_with = "all")]
        events: Vec<EventId>,
        /// Requeues all parked events.
        #[arg(long)]
        all: bool,
    },
    /// Marks parked events as ignored, if nothing is to be done about them, with the reason.
    #[command(after_help = r#"Example:
  ops parked dismiss evt_1QxYzAbCdEfGhIjK --reason "paid back by bank transfer" --apply"#)]
    Dismiss {
        /// The ids of the events: `evt_…`.
        #[arg(value_parser = parse::event_id, required = true)]
        events: Vec<EventId>,
        /// The reason, in your words and without personal data, since it is shown wherever the event is.
        #[arg(long, value_parser = parse::reason)]
        reason: String,
    },
}

/// The subcommands of `ops event`.
#[derive(Debug, Subcommand)]
pub enum Event {
    /// Fetches an event from Stripe and records it as the webhook would. Stripe keeps events for 30 days.
    #[command(after_help = "Examples:
  ops event replay evt_1QxYzAbCdEfGhIjK --apply
  ops event replay evt_1QxYzAbCdEfGhIjK --force --apply    decides it anew")]
    Replay {
        /// The id of the event: `evt_…`.
        #[arg(value_parser = parse::event_id)]
        event: EventId,
        /// Also decides the event anew if it was recorded before but changed nothing, which means that it is parked or
        /// ignored.
        #[arg(long)]
        force: bool,
    },
    /// Gives an event to a reader or a preorder, if it was ignored or parked because its object has no mark of ours, and
    /// records it as if it had the mark. Later events about the same object then find the reader or the preorder by
    /// themselves.
    #[command(after_help = "Examples:
  ops event adopt evt_1QxYzAbCdEfGhIjK --reader V1StGXR8Z5jdHi6B --novel 7 --apply
  ops event adopt evt_1QxYzAbCdEfGhIjK --preorder 1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed --apply")]
    Adopt {
        /// The id of the event: `evt_…`.
        #[arg(value_parser = parse::event_id)]
        event: EventId,
        /// The reader and the novel, or the preorder, that the event belongs to.
        #[command(flatten)]
        adopter: AdoptedBy,
    },
}

/// The reader and the novel, or the preorder, that an event belongs to.
#[derive(Debug, Clone, Args)]
#[group(required = true, multiple = true)]
pub struct AdoptedBy {
    /// The uid of the reader, for an event of a subscription, an invoice or a single payment.
    #[arg(long, value_parser = parse::user_id, requires = "novel")]
    pub reader: Option<UserId>,
    /// The novel that the reader supports with the subscription or payment.
    #[arg(long, value_parser = parse::novel_id, requires = "reader")]
    pub novel: Option<NovelId>,
    /// The id of the preorder, for an event of a Checkout session.
    #[arg(long, value_parser = parse::preorder_id, conflicts_with_all = ["reader", "novel"])]
    pub preorder: Option<PreorderId>,
}
