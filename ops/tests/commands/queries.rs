//! Every file in `queries/` on a migrated database.

use std::fs;

use pledge_testkit::TestDatabase;

#[tokio::test]
async fn every_query_fits_the_schema() {
    let database = TestDatabase::new().await;
    let client = database.connect().await;
    for file in fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/queries")).unwrap() {
        let path = file.unwrap().path();
        if let Err(error) = client.prepare(&fs::read_to_string(&path).unwrap()).await {
            panic!("{}: {}", path.display(), error.as_db_error().map_or("?", |refusal| refusal.message()));
        }
    }
}
