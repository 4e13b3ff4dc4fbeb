use pledge_stand_ins::stripe::Payment;

use crate::environment::TestEnvironment;

#[tokio::test]
async fn preorders_are_a_table_that_a_spreadsheet_cannot_run() {
    let environment = TestEnvironment::start().await;
    environment.preorder(1).await;
    environment.preorder(2).await;
    let formula = "update preorders set first_name = '=HYPERLINK(\"http://x\")' where email like 'reader-1%'";
    environment.tables.execute(formula, &[]).await.unwrap();
    let said = environment.succeeds("export preorders --from 2023-11-14 --to 2023-11-15").await;
    let mut table = csv::Reader::from_reader(said.out.as_bytes());
    let columns = table.headers().unwrap().clone();
    let cell =
        |row: &csv::StringRecord, name: &str| row[columns.iter().position(|column| column == name).unwrap()].to_owned();
    let rows: Vec<_> = table.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 2);
    assert_eq!(cell(&rows[0], "created_at"), "2023-11-14T22:13:21Z");
    assert_eq!(cell(&rows[0], "first_name"), "'=HYPERLINK(\"http://x\")");
    assert_eq!(cell(&rows[1], "email"), "reader-2@example.com");
    assert_eq!(cell(&rows[1], "phone"), "+852 5123 4567");
    assert_eq!(cell(&rows[1], "customer_notes"), "Please wrap it.\nThank you");

    let before = environment.succeeds("export preorders --from 2023-11-13 --to 2023-11-14").await;
    assert_eq!(before.lines().len(), 1, "the header alone");
}

#[tokio::test]
async fn the_funnel_counts_how_far_preorders_got_without_naming_anybody() {
    let environment = TestEnvironment::start().await;
    environment.preorder(1).await;
    environment.preorder_in_checkout(2).await;
    let (_, session) = environment.preorder_in_checkout(3).await;
    environment.stand_in.pay_session(session.as_str(), Payment::by_card());
    environment.succeeds(&format!("event replay {} --apply", environment.event("checkout.session.completed"))).await;
    let said = environment.succeeds("export funnel --from 2023-11-01").await;
    assert_eq!(
        said.lines(),
        [
            "day,color,initiated,checkout_opened,paid,processing,cancelled,failed,refunded",
            "2023-11-14,Red,3,2,1,1,0,0,0"
        ]
    );
}

#[tokio::test]
async fn an_empty_ledger_has_a_header() {
    let environment = TestEnvironment::start().await;
    let said = environment.succeeds("export ledger --from 2023-11-01").await;
    assert!(said.lines().len() == 1 && said.out.starts_with("user_id,novel_id,"), "{said:?}");
}
