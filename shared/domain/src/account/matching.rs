//! Whose something is that the system before this one says of a reader.

use std::collections::BTreeSet;

use crate::ids::UserId;

/// The people to whom what is known of a former reader leads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Traces {
    /// Whoever has the uid that an operator gives, or by which the former system knew the reader.
    pub uid: Option<UserId>,
    /// Whoever has proven the reader's address here.
    pub address: Option<UserId>,
    /// Whoever has one of the reader's customers at Stripe.
    pub customers: BTreeSet<UserId>,
}

/// Whether traces lead to one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Match {
    /// All of them lead to this person.
    One(UserId),
    /// They lead to nobody.
    Nobody,
    /// They lead to several people.
    Several,
}

/// Decides whose it is. Nobody gets what may be somebody else's.
#[must_use]
pub fn former_reader(traces: &Traces) -> Match {
    let all: BTreeSet<&UserId> = traces.uid.iter().chain(&traces.address).chain(&traces.customers).collect();
    match Vec::from_iter(all).as_slice() {
        [] => Match::Nobody,
        [one] => Match::One((*one).clone()),
        _ => Match::Several,
    }
}
