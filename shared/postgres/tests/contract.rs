//! PostgreSQL keeps the contracts of the ports.

mod support;

use support::PostgresStore;

pledge_testkit::store_contract!(PostgresStore::fresh);
