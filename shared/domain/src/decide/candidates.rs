//! Finding the reader and the novel of an object at Stripe without our metadata, by its customer and prices.

use crate::{
    champion_key::ChampionKey,
    ids::{NovelId, UserId},
};

/// The reason for ignoring an event that belongs to no reader and no preorder of ours. One Stripe account may serve several
/// shops.
pub const NOT_OURS: &str = "not ours: no mark, and no customer or price of ours";

/// The reason for ignoring an event about an object that another deployment made.
pub const OF_ANOTHER_DEPLOYMENT: &str = "another deployment's";

/// The readers and novels to which the customer and the prices of an object without our metadata lead; at most two of each,
/// which is enough to know that there are several.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Candidates {
    /// The readers with the object's customer.
    pub readers: Vec<UserId>,
    /// The novels with one of the object's prices.
    pub novels: Vec<NovelId>,
}

impl Candidates {
    /// Returns the reader and the novel, if there is exactly one of each.
    #[must_use]
    pub fn champion(&self) -> Option<ChampionKey> {
        match (self.readers.as_slice(), self.novels.as_slice()) {
            ([user], [novel]) => Some(ChampionKey { user: user.clone(), novel: *novel }),
            _ => None,
        }
    }

    /// Returns whether the customer or a price is ours.
    #[must_use]
    pub fn any(&self) -> bool {
        !self.readers.is_empty() || !self.novels.is_empty()
    }

    /// Returns the reason, for an operator, why the event can't be placed.
    pub(super) fn reason(&self) -> String {
        let many = |count: usize, one: &str| match count {
            0 => format!("no {one}"),
            1 => format!("one {one}"),
            _ => format!("several {one}s"),
        };
        format!(
            "nobody marked it, but its customer or price is ours; they lead to {} and {}: `ops event adopt`, or refund it",
            many(self.readers.len(), "reader"),
            many(self.novels.len(), "novel"),
        )
    }
}
