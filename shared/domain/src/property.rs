//! The names of an announcement's properties that the sender reads again, or may add.
//!
//! docs/EVENTS.md lists every property.

/// The id of the preorder that the announcement is about.
pub const PREORDER: &str = "preorder_id";
/// The language of the customer's page.
pub const LOCALE: &str = "locale";
/// The page on which an abandoned preorder can be paid.
pub const RESUME_URL: &str = "resume_url";
/// The page on which a reader repairs a payment for a novel.
pub const MANAGE_URL: &str = "manage_url";
/// Whether the buyer of a preorder has a paid one, when the announcement is sent.
pub const HAS_PAID_PREORDER: &str = "has_paid_preorder";
/// The amount of money that moved, as a decimal text in major units of the currency.
pub const AMOUNT: &str = "amount";
/// Whether the person agrees to marketing.
pub const MARKETING_CONSENT: &str = "marketing_consent";
/// Whether the person has proven that the address is theirs; in announcements of consents only.
pub const ADDRESS_PROVEN: &str = "address_proven";
/// The place where a consent was given or withdrawn, or where a preorder was begun.
pub const SOURCE: &str = "source";
/// The version of the text that was agreed to; in announcements of consents only.
pub const TEXT_VERSION: &str = "text_version";
