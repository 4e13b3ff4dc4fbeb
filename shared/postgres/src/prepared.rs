//! The statements of each part of the store, for a function to name the parts that it uses
//! ([`Settings::preparing`](crate::Settings::preparing)).
//!
//! What is missing here works all the same: the first call that needs it takes one round trip more. The counts of
//! `benches/counts.txt` show that.

use crate::statement::sql;

/// The statements of one part of the store.
pub type Part = &'static [&'static str];

/// What people claim.
pub const CLAIMS: Part = &[
    sql!("claim_address"),
    sql!("claim_profile"),
    sql!("claim_consent"),
    sql!("claim_preorder"),
    sql!("claim_preorders"),
];

/// A preorder is stored and shown.
pub const PREORDERS: Part = &[sql!("initiate_preorder"), sql!("preorder", "preorder_by_id")];

/// A preorder gets a Checkout session.
pub const CHECKOUT: Part = &[sql!("save_checkout"), sql!("preorder", "preorder_by_id")];

/// Somebody signs in and sees what is theirs.
pub const ACCOUNTS: Part = &[sql!("user_profile"), sql!("preorder", "preorders_of_user")];

/// Everything of one user becomes another's. Needs [`CHAMPION_ACCOUNT`] and [`CHAMPION_WRITES`] too. It is rare, so that no
/// function prepares it.
pub const TAKEOVERS: Part = &[
    sql!("lock_users"),
    sql!("lock_champions"),
    sql!("two_users"),
    sql!("novels_of_users"),
    sql!("take_over"),
    sql!("save_customer"),
];

/// A Stripe event is recorded. One about a champion needs [`CHAMPION_ACCOUNT`] and [`CHAMPION_WRITES`] too.
pub const STRIPE_EVENTS: Part = &[
    sql!("lock_keys"),
    sql!("lock_champion"),
    sql!("stripe_event_exists"),
    sql!("stripe_event_exists_or_lock_linked"),
    sql!("preorder", "preorder_for_event"),
    sql!("stripe_payment"),
    sql!("candidates"),
    sql!("insert_preorder"),
    sql!("update_preorder"),
    sql!("upsert_stripe_payment"),
    sql!("insert_stripe_event"),
    sql!("insert_stripe_event_and_outbox"),
];

/// What a reader has of a novel is read.
pub const CHAMPION_ACCOUNT: Part = &[
    sql!("lock_champion"),
    sql!("champion_reader"),
    sql!("champion_tiers"),
    sql!("champion_payments"),
    sql!("champion_subscriptions"),
    sql!("champion_intents"),
];

/// What a reader has of a novel changes.
pub const CHAMPION_WRITES: Part = &[
    sql!("ensure_reader"),
    sql!("upsert_champion_payment"),
    sql!("upsert_stripe_subscription"),
    sql!("upsert_support"),
    sql!("upsert_ledger"),
    sql!("replace_segments"),
    sql!("insert_outbox"),
];

/// What Stripe knows a reader and a tier by is stored.
pub const CHAMPION_IDS: Part = &[sql!("save_customer"), sql!("save_price"), sql!("customer_told")];

/// An attempt to pay uses what a reader may.
pub const ATTEMPTS: Part = &[sql!("take_uses")];

/// Everything that a reader has of any novel is listed. Needs [`CHAMPION_ACCOUNT`] too.
pub const CHAMPION_LIST: Part = &[sql!("snapshot"), sql!("champion_novels")];

/// Announcements are loaded and settled.
pub const OUTBOX: Part = &[sql!("unsent_outbox"), sql!("settle_outbox")];

/// What was left behind is looked for on a schedule, and what time has made wrong is put right.
pub const SWEEPS: Part = &[
    sql!("preorder", "preorders_without_owner"),
    sql!("stuck_preorders"),
    sql!("take_overdue_outbox"),
    sql!("outbox_backlog"),
    sql!("take_due_champions"),
    sql!("rest_champion"),
    sql!("refunded_subscriptions"),
    sql!("forget_uses"),
    sql!("clear_unpaid_preorders"),
    sql!("clear_sent_payloads"),
    sql!("clear_parked_payloads"),
    sql!("clear_events"),
];

/// Everything above.
pub const ALL: &[Part] = &[
    CLAIMS,
    PREORDERS,
    CHECKOUT,
    ACCOUNTS,
    TAKEOVERS,
    STRIPE_EVENTS,
    CHAMPION_ACCOUNT,
    CHAMPION_WRITES,
    CHAMPION_IDS,
    ATTEMPTS,
    CHAMPION_LIST,
    OUTBOX,
    SWEEPS,
];
