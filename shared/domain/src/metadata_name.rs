//! The names of the metadata that we write on our objects at Stripe and read in their events.
//!
//! Objects that were made long ago come back under these names, so none of them may change.

/// The deployment that made the object. Several stages may share one account at Stripe.
pub const DEPLOYMENT: &str = "deployment";
/// The Firebase uid of the reader or customer whose object it is.
pub const USER: &str = "userId";

/// The preorder that is paid.
pub const PREORDER: &str = "preorderId";
/// The number of the attempt to open a Checkout session.
pub const ATTEMPT: &str = "checkoutAttempt";
/// The colour that is ordered.
pub const COLOR: &str = "color";
/// The language of the page.
pub const LOCALE: &str = "locale";
/// The id of the Stripe price of the colour.
pub const PRICE: &str = "priceId";
/// The version of the marketing text that the customer agreed to.
pub const AGREED_TO: &str = "consentTextVersion";

/// The novel that is supported.
pub const NOVEL: &str = "novelId";
/// The tier that is paid.
pub const TIER: &str = "tierLevel";
/// The id of our record of the payment.
pub const PAYMENT: &str = "paymentRecordId";
/// The kind of a single purchase.
pub const PURCHASE: &str = "purchaseType";
