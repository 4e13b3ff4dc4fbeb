//! Whose something is that nobody marked: what its customer and its prices lead to.

use crate::{
    champion_key::ChampionKey,
    ids::{NovelId, UserId},
};

/// Why an event about something that is nobody's here is ignored. One account may serve several shops.
pub const NOT_OURS: &str = "not ours: no mark, and no customer or price of ours";

/// Why an event about something of another deployment is ignored.
pub const OF_ANOTHER_DEPLOYMENT: &str = "another deployment's";

/// The readers and novels that the customer and the prices of something unmarked lead to, two of each at most.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Candidates {
    /// Whose customer it is.
    pub readers: Vec<UserId>,
    /// Whose prices they are.
    pub novels: Vec<NovelId>,
}

impl Candidates {
    /// Returns the reader and the novel, if it is exactly one of each.
    #[must_use]
    pub fn champion(&self) -> Option<ChampionKey> {
        match (self.readers.as_slice(), self.novels.as_slice()) {
            ([user], [novel]) => Some(ChampionKey { user: user.clone(), novel: *novel }),
            _ => None,
        }
    }

    /// Returns whether anything of it is ours.
    #[must_use]
    pub fn any(&self) -> bool {
        !self.readers.is_empty() || !self.novels.is_empty()
    }

    /// Says for a person what doesn't lead to one reader and novel.
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
