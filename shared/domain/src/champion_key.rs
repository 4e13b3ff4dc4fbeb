//! The pair of a reader and a novel that they support.

use crate::ids::{NovelId, UserId};

/// A reader and the novel that they support. Decisions about one key are made one after the other, under a lock.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChampionKey {
    /// The reader.
    pub user: UserId,
    /// The novel.
    pub novel: NovelId,
}
