//! The names of the metadata that we write on our objects at Stripe and read in their events.
//!
//! Objects that were made long ago come back under these names, so none of them may change.

/// Which deployment made the object. Several stages may share one account at Stripe.
pub const DEPLOYMENT: &str = "deployment";
/// The Firebase uid of whose the object is.
pub const USER: &str = "userId";

/// The preorder that is paid.
pub const PREORDER: &str = "preorderId";
/// The number of the try to open a Checkout session.
pub const ATTEMPT: &str = "checkoutAttempt";
/// What is ordered.
pub const COLOR: &str = "color";
/// The language of the page.
pub const LOCALE: &str = "locale";
/// What the colour cost.
pub const PRICE: &str = "priceId";
/// Which text on marketing the customer agreed to.
pub const AGREED_TO: &str = "consentTextVersion";

/// The novel that is supported.
pub const NOVEL: &str = "novelId";
/// The tier that is paid.
pub const TIER: &str = "tierLevel";
/// Our record of the payment.
pub const PAYMENT: &str = "paymentRecordId";
/// What a single purchase was.
pub const PURCHASE: &str = "purchaseType";
