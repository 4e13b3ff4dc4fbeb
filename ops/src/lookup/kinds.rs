//! The kinds of things that can be looked up.

/// The kinds of things that can be looked up, as a hint after a text that led to nothing.
pub const KINDS: &str = "a preorder's id or number (ROL-…), an e-mail address, a uid of Firebase's, an id of Stripe's (customer \
                         cus_, subscription sub_, payment pi_, invoice in_, Checkout session cs_, event evt_, refund re_ or \
                         pyr_, dispute dp_ or du_), the id of a champion's payment, or that of a row of the outbox";

/// Prefixes of ids and numbers, each with a hint for a text that begins with it and led to nothing.
const PREFIXES: [(&str, &str); 13] = [
    ("cus_", "no reader has this customer"),
    ("sub_", "no such subscription is stored; `ops reconcile` finds what Stripe has and this database hasn't"),
    ("pi_", "no such payment is stored; `ops reconcile` finds what Stripe has and this database hasn't"),
    ("in_", "no such invoice is stored; `ops reconcile` finds what Stripe has and this database hasn't"),
    ("cs_", "no such Checkout session is stored; an older one is found by its preorder"),
    ("evt_", "no such event is recorded; `ops event replay` fetches it from Stripe"),
    ("re_", "no such refund is stored; `ops reconcile` finds what Stripe has and this database hasn't"),
    ("pyr_", "no such refund is stored; `ops reconcile` finds what Stripe has and this database hasn't"),
    ("dp_", "no such dispute is stored; `ops reconcile` finds what Stripe has and this database hasn't"),
    ("du_", "no such dispute is stored; `ops reconcile` finds what Stripe has and this database hasn't"),
    ("ch_", "a charge is found by its payment (pi_…), which Stripe's dashboard names beside it"),
    ("price_", "prices are the tiers' and the colours'; nobody's"),
    ("ROL-", "no preorder has this number"),
];

/// Returns a hint for a text that led to nothing: the reason, if its prefix tells, and the kinds of things that can be
/// looked up.
pub fn hint(what: &str) -> String {
    let known = PREFIXES.iter().find(|(prefix, _)| what.starts_with(prefix));
    match known {
        Some((_, why)) => format!("{why}. One may ask for {KINDS}"),
        None => format!("one may ask for {KINDS}"),
    }
}

/// Returns whether the text may be a person's uid: it is no id of another kind.
pub fn may_be_a_uid(what: &str) -> bool {
    uuid::Uuid::try_parse(what).is_err() && !PREFIXES.iter().any(|(prefix, _)| what.starts_with(prefix))
}
