//! The names of an announcement's properties that the sender reads again, or may add.
//!
//! docs/EVENTS.md lists every property.

/// The preorder that it is about.
pub const PREORDER: &str = "preorder_id";
/// The language of the customer's page.
pub const LOCALE: &str = "locale";
/// The page on which an abandoned preorder can be paid.
pub const RESUME_URL: &str = "resume_url";
/// How much money moved, as a decimal text in the unit of the currency.
pub const AMOUNT: &str = "amount";
/// Whether the person agrees to marketing.
pub const MARKETING_CONSENT: &str = "marketing_consent";
/// Of a consent: whether the address was proven to be theirs.
pub const ADDRESS_PROVEN: &str = "address_proven";
/// Where a consent was said, or a preorder begun.
pub const SOURCE: &str = "source";
/// Of a consent: which text was agreed to.
pub const TEXT_VERSION: &str = "text_version";
