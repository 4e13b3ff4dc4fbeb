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

#[tokio::test]
async fn readers_who_keep_more_than_their_payments_come_to_are_listed() {
    let environment = TestEnvironment::start().await;
    let rows = "
        insert into users (id, email, created_at, updated_at)
        select 'reader-' || n, 'r' || n || '@example.com', now(), now() from generate_series(1, 2) as n;
        insert into payment_record (
            user_id, novel_id, type, kind, tier_level, amount, payment_method, status, paid_at, stripe_payment_intent_id,
            period_start, period_end, carried_over_at
        )
        select 'reader-' || n, 7, 'champion_purchase', 'purchase', 2, 300, 'stripe', 'completed',
               timestamptz '2026-01-01 00:00Z', 'pi_' || n, null, null, null
        from generate_series(1, 2) as n
        union all
        select 'reader-' || n, 7, 'carried_over', null, case n when 1 then 2 else 9 end, 0, 'stripe', 'completed',
               timestamptz '2026-01-01 00:00Z', null, timestamptz '2026-01-01 00:00Z',
               timestamptz '2026-01-31 00:00Z', timestamptz '2026-01-10 00:00Z'
        from generate_series(1, 2) as n";
    environment.tables.batch_execute(rows).await.unwrap();
    let said = environment.succeeds("export carried-over").await;
    assert_eq!(
        said.lines(),
        [
            "user_id,novel_id,shown_tier,shown_until,tier,until",
            "reader-2,7,9,2026-01-31T00:00:00Z,2,2026-01-31T00:00:00Z"
        ]
    );
}

#[tokio::test]
async fn revenue_is_spread_over_what_was_bought_and_a_part_that_went_back_counts_on_its_day() {
    let environment = TestEnvironment::start().await;
    let rows = "
        insert into users (id, email, created_at, updated_at) values ('reader', 'r@example.com', now(), now());
        insert into payment_record (
            user_id, novel_id, type, kind, tier_level, amount, payment_method, status, paid_at, stripe_payment_intent_id
        )
        values ('reader', 7, 'champion_purchase', 'purchase', 2, 300, 'stripe', 'completed', '2026-01-01 00:00Z', 'pi_1');
        insert into user_champion_subscription (
            user_id, novel_id, tier_level, tier_name, monthly_price, start_date, end_date
        )
        values ('reader', 7, 0, '', 0, '2026-01-01 00:00Z', '2026-01-31 00:00Z');
        insert into stripe_payment (payment_intent_id, updated_at) values ('pi_1', now());
        insert into stripe_refund (id, payment_intent_id, amount, created_at, history, updated_at)
        values ('re_1', 'pi_1', 100, '2026-01-11 12:00Z', '[[1768132800, \"succeeded\"]]', now())";
    environment.tables.batch_execute(rows).await.unwrap();
    let said = environment.succeeds("export revenue --from 2026-01-01 --to 2026-02-28").await;
    let day = |n: u32| format!("2026-01-{n:02},7,usd,{}", if n == 11 { 10 - 100 } else { 10 });
    let expected: Vec<_> = (1..=30).map(day).collect();
    let lines = said.lines();
    assert_eq!(lines.first(), Some(&"day,novel_id,currency,amount_minor_units"));
    assert_eq!(lines[1..], expected, "200 of 300 are left");
}
