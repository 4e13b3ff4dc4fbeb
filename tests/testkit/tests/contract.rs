//! The store in memory keeps the contracts of the ports.

use pledge_testkit::InMemoryStore;

async fn fresh() -> InMemoryStore {
    InMemoryStore::default()
}

pledge_testkit::store_contract!(fresh);
