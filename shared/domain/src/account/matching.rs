//! Finding the user who was a reader of the system before this one.

use std::collections::BTreeSet;

use crate::ids::UserId;

/// The users to whom the former system's data about one reader point.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Traces {
    /// The user with the reader's uid: the one that an operator gives, or the one in the former system.
    pub uid: Option<UserId>,
    /// The user who has proven that the reader's address is theirs.
    pub address: Option<UserId>,
    /// The users who have one of the reader's Stripe customers.
    pub customers: BTreeSet<UserId>,
}

/// The result of matching a former reader with a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Match {
    /// All traces lead to this user.
    One(UserId),
    /// No trace leads to anybody.
    Nobody,
    /// The traces lead to several users.
    Several,
}

/// Returns the user to whom all traces lead. If they lead to several users, none is chosen, since the data may be
/// another's.
#[must_use]
pub fn former_reader(traces: &Traces) -> Match {
    let all: BTreeSet<&UserId> = traces.uid.iter().chain(&traces.address).chain(&traces.customers).collect();
    match Vec::from_iter(all).as_slice() {
        [] => Match::Nobody,
        [one] => Match::One((*one).clone()),
        _ => Match::Several,
    }
}
