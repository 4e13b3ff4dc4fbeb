//! Domain values for tests. Change what matters with struct update syntax: `Preorder { email, ..a_preorder(1) }`.

mod champions;
mod events;
mod people;
mod preorders;

pub use champions::{
    a_purchase, an_intent, champion, intent_disputed, intent_refunded, invoice, invoice_failed, invoice_linked,
    invoice_paid, level, metadata, payment_record_id, purchase_paid, subscription_changed, tiers,
};
pub use events::{
    a_dispute, a_session, card_refused, dispute, event, intent_of, refund, session_expired, session_failed_later,
    session_of, session_paid, session_succeeded_later, session_unpaid,
};
pub use people::{an_account, an_email, anonymous, signed_in, uid};
pub use preorders::{
    PRICE, a_form, a_new_preorder, a_new_preorder_with_consent, a_preorder, a_text_version, an_open_session,
    preorder_id,
};
