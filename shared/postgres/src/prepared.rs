//! The statements of each part of the store. A function names the parts that it uses, so that each connection prepares
//! their statements when it opens ([`Settings::preparing`](crate::Settings::preparing)).
//!
//! A statement that is missing here works too, but the first call on a connection that needs it takes one round trip more,
//! which shows in `benches/counts.txt`.

use crate::statement::sql;

/// The statements of one part of the store.
pub type Part = &'static [&'static str];

/// The statements that carry out claims.
pub const CLAIMS: Part = &[
    sql!("claim_address"),
    sql!("claim_profile"),
    sql!("claim_consent"),
    sql!("claim_preorder"),
    sql!("claim_preorders"),
];

/// The statements that store and show a preorder.
pub const PREORDERS: Part = &[sql!("initiate_preorder"), sql!("preorder", "preorder_by_id")];

/// The statements that store a preorder's Checkout session.
pub const CHECKOUT: Part = &[sql!("save_checkout"), sql!("preorder", "preorder_by_id")];

/// The statements that show a user's profile and preorders.
pub const ACCOUNTS: Part = &[sql!("user_profile"), sql!("preorder", "preorders_of_user")];

/// The statements that give everything of one user to another. A takeover needs [`CHAMPION_ACCOUNT`] and
/// [`CHAMPION_WRITES`] too. It is rare, so no function prepares them.
pub const TAKEOVERS: Part = &[
    sql!("lock_users"),
    sql!("lock_champions"),
    sql!("two_users"),
    sql!("novels_of_users"),
    sql!("take_over"),
    sql!("save_customer"),
];

/// The statements that record a Stripe event. An event about a champion needs [`CHAMPION_ACCOUNT`] and [`CHAMPION_WRITES`]
/// too.
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

/// The statements that lock and read a reader's account with a novel.
pub const CHAMPION_ACCOUNT: Part = &[
    sql!("lock_champion"),
    sql!("champion_reader"),
    sql!("champion_tiers"),
    sql!("champion_payments"),
    sql!("champion_subscriptions"),
    sql!("champion_intents"),
];

/// The statements that write the changes of a reader's account with a novel.
pub const CHAMPION_WRITES: Part = &[
    sql!("ensure_reader"),
    sql!("upsert_champion_payment"),
    sql!("upsert_stripe_subscription"),
    sql!("upsert_support"),
    sql!("upsert_ledger"),
    sql!("replace_segments"),
    sql!("insert_outbox"),
];

/// The statements that store a reader's Stripe customer and a tier's Stripe price.
pub const CHAMPION_IDS: Part = &[sql!("save_customer"), sql!("save_price"), sql!("customer_told")];

/// The statement that counts an attempt to pay.
pub const ATTEMPTS: Part = &[sql!("take_uses")];

/// The statements that list a reader's novels. Reading their accounts needs [`CHAMPION_ACCOUNT`] too.
pub const CHAMPION_LIST: Part = &[sql!("snapshot"), sql!("champion_novels")];

/// The statements that load announcements and store the results of sending them.
pub const OUTBOX: Part = &[sql!("unsent_outbox"), sql!("settle_outbox")];

/// The statements of schedules: the sweep, the roll and the deletion of rows that aren't needed any more.
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

/// All parts.
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
