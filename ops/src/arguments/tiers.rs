//! Arguments of `ops tiers …`.

use clap::{Args, Subcommand};
use pledge_domain::{
    champion::TierLevel,
    ids::{NovelId, PriceId},
    money::Currency,
};

use super::parse;

/// The subcommands of `ops tiers`.
#[derive(Debug, Subcommand)]
pub enum Tiers {
    /// Shows the tiers of a novel, each with every price at Stripe that it ever had.
    #[command(after_help = "Example:
  ops tiers list 7")]
    List {
        /// The novel.
        #[arg(value_parser = parse::novel_id)]
        novel: NovelId,
    },
    /// Opens a novel to champions: adds those of the usual thirteen tiers that it doesn't have.
    #[command(after_help = "Example:
  ops tiers open 7 --apply")]
    Open {
        /// The novel.
        #[arg(value_parser = parse::novel_id)]
        novel: NovelId,
    },
    /// Changes a tier, or makes one. A new price is for new champions: those who have a subscription keep their price.
    #[command(after_help = "Examples:
  ops tiers set 7 3 --price 5.00 --apply
  ops tiers set 7 3 --on-sale false --apply")]
    Set {
        /// The novel.
        #[arg(value_parser = parse::novel_id)]
        novel: NovelId,
        /// The tier.
        #[arg(value_parser = parse::tier_level)]
        level: TierLevel,
        /// The settings to change.
        #[command(flatten)]
        settings: TierSettings,
    },
    /// Records that a price at Stripe is or was this tier's, such as a price that was set in Stripe's dashboard, or that of
    /// a subscription from before this system. Prices that this system makes are recorded by themselves.
    #[command(after_help = "Example:
  ops tiers remember 7 3 price_1QxYzAbCdEfGhIjK --apply")]
    Remember {
        /// The novel.
        #[arg(value_parser = parse::novel_id)]
        novel: NovelId,
        /// The tier.
        #[arg(value_parser = parse::tier_level)]
        level: TierLevel,
        /// The id of the price: `price_…`.
        #[arg(value_parser = parse::price_id)]
        price: PriceId,
    },
}

/// Settings of a tier. A new tier needs name, price and chapters.
#[derive(Debug, Clone, Args)]
#[group(required = true, multiple = true)]
pub struct TierSettings {
    /// The price of a month, in major units of its currency: `12.00`.
    #[arg(long)]
    pub price: Option<String>,
    /// The currency of the price; for a new tier the dollar unless given.
    #[arg(long, value_parser = parse::currency, requires = "price")]
    pub currency: Option<Currency>,
    /// The name of the tier.
    #[arg(long, value_parser = parse::reason)]
    pub name: Option<String>,
    /// The number of unpublished chapters that the tier opens.
    #[arg(long, value_parser = clap::value_parser!(i32).range(0..))]
    pub chapters: Option<i32>,
    /// Whether the tier is on sale. Subscriptions to a tier that isn't on sale go on.
    #[arg(long)]
    pub on_sale: Option<bool>,
}
