//! Arguments of `ops payments …`, `ops subscriptions …` and `ops grant`.

use clap::{Args, Subcommand};
use pledge_domain::{
    Timestamp,
    champion::{PaymentMethod, TierLevel},
    ids::{NovelId, SubscriptionId, UserId},
    money::Currency,
};

use super::{parse, preorders::PreorderName};

/// The subcommands of `ops payments`.
#[derive(Debug, Subcommand)]
pub enum Payments {
    /// Shows the preorders that were paid more than once, with the payments that are too many.
    #[command(after_help = "Example:
  ops payments duplicates")]
    Duplicates,
    /// Refunds at Stripe the payments of a preorder that are too many. The first payment whose money didn't go back is
    /// kept, and a disputed payment is left to the bank.
    #[command(after_help = "Examples:
  ops payments refund-duplicate ROL-1B9D6BCD            what would go back
  ops payments refund-duplicate ROL-1B9D6BCD --apply")]
    RefundDuplicate {
        /// Ids or numbers of preorders.
        #[arg(value_parser = parse::preorder_name, required = true)]
        preorders: Vec<PreorderName>,
    },
    /// Books a single purchase that was paid elsewhere: 30 days of a tier, in the same ledger as every other payment.
    #[command(after_help = r"Example:
  ops payments book paypal --reader V1StGXR8Z5jdHi6B --novel 7 --tier 3 --amount 5.00 \
    --reference 8XK12345AB678901C --paid-at 2026-10-31T12:00:00Z --apply")]
    Book(Book),
}

/// A payment that was made elsewhere.
#[derive(Debug, Clone, Args)]
pub struct Book {
    /// The company that moved the money, by its name in the database: `paypal`, `bank_transfer`.
    #[arg(value_parser = parse::method)]
    pub method: PaymentMethod,
    /// The reader, the novel and the tier.
    #[command(flatten)]
    pub support: SupportOf,
    /// The other company's id of the payment. A payment is booked once.
    #[arg(long, value_parser = parse::reason)]
    pub reference: String,
    /// The amount in major units of its currency: `5.00`.
    #[arg(long)]
    pub amount: String,
    /// The currency.
    #[arg(long, value_parser = parse::currency, default_value = "usd")]
    pub currency: Currency,
    /// The time of the payment: `2026-10-31` or `2026-10-31T12:00:00Z`, in UTC. The time that it bought begins then, or
    /// later if the reader has other time of this tier or a higher one first.
    #[arg(long, value_parser = parse::moment)]
    pub paid_at: Timestamp,
}

/// A reader's support of a novel, at a tier.
#[derive(Debug, Clone, Args)]
pub struct SupportOf {
    /// The reader, by their uid.
    #[arg(long, value_parser = parse::user_id)]
    pub reader: UserId,
    /// The novel.
    #[arg(long, value_parser = parse::novel_id)]
    pub novel: NovelId,
    /// The tier.
    #[arg(long, value_parser = parse::tier_level)]
    pub tier: TierLevel,
}

/// The arguments of `ops grant`, which gives time for free.
#[derive(Debug, Clone, Args)]
pub struct Grant {
    /// The reader, the novel and the tier.
    #[command(flatten)]
    pub support: SupportOf,
    /// The time to give.
    #[command(flatten)]
    pub time: Given,
    /// The reason for the time, such as the payment whose time had run before it was recorded. Time for the same reason is
    /// given once.
    #[arg(long, value_parser = parse::reason)]
    pub reference: String,
}

impl Grant {
    /// Examples for the help of `ops grant`.
    pub const EXAMPLES: &str = r#"Examples:
  ops grant --reader V1StGXR8Z5jdHi6B --novel 7 --tier 3 --days 14 --reference "outage of 31 October" --apply
  ops grant --reader V1StGXR8Z5jdHi6B --novel 7 --tier 3 --from 2026-10-31 --to 2026-11-02 --reference in_1QxYz --apply"#;
}

/// The time that is given: a number of days, or the length between two moments.
#[derive(Debug, Clone, Args)]
#[group(required = true, multiple = true)]
pub struct Given {
    /// A number of days.
    #[arg(long, value_parser = clap::value_parser!(i64).range(1..=366), conflicts_with_all = ["from", "to"])]
    pub days: Option<i64>,
    /// The start of the time that is made good. As much time is given as lies between the start and the end.
    #[arg(long, value_parser = parse::moment, requires = "to")]
    pub from: Option<Timestamp>,
    /// The end of the time that is made good.
    #[arg(long, value_parser = parse::moment, requires = "from")]
    pub to: Option<Timestamp>,
}

/// The subcommands of `ops subscriptions`.
#[derive(Debug, Subcommand)]
pub enum Subscriptions {
    /// Shows the subscriptions that will be charged again although all the money of their running month went back.
    #[command(after_help = "Example:
  ops subscriptions refunded")]
    Refunded,
    /// Ends a subscription at Stripe: at once if all the money of its running month went back or the month isn't paid, else
    /// with the month, as if its reader had cancelled.
    #[command(after_help = "Example:
  ops subscriptions cancel sub_1QxYzAbCdEfGhIjK --apply")]
    Cancel {
        /// The id of the subscription: `sub_…`.
        #[arg(value_parser = parse::subscription_id)]
        subscription: SubscriptionId,
    },
}
