//! Finding the user here who is a reader of the system before this one.

use std::collections::BTreeSet;

use crate::ids::UserId;

/// The users here to whom the data of a former system's reader lead.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Traces {
    /// The user with the uid that an operator gives, or by which the former system knew the reader.
    pub uid: Option<UserId>,
    /// The user who has proven the reader's address here.
    pub address: Option<UserId>,
    /// The users who have one of the reader's Stripe customers.
    pub customers: BTreeSet<UserId>,
}

/// The user to whom traces lead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Match {
    /// All traces lead to this user.
    One(UserId),
    /// No trace leads to anybody.
    Nobody,
    /// The traces lead to several users.
    Several,
}

/// Returns the user to whom all traces lead. If they lead to several, none of these gets what may be another's.
#[must_use]
pub fn former_reader(traces: &Traces) -> Match {
    let all: BTreeSet<&UserId> = traces.uid.iter().chain(&traces.address).chain(&traces.customers).collect();
    match Vec::from_iter(all).as_slice() {
        [] => Match::Nobody,
        [one] => Match::One((*one).clone()),
        _ => Match::Several,
    }
}
