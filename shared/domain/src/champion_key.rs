//! Which reader supports which novel.

use crate::ids::{NovelId, UserId};

/// Who supports what. Everything about one key is decided one after the other.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChampionKey {
    /// The reader.
    pub user: UserId,
    /// The novel.
    pub novel: NovelId,
}
