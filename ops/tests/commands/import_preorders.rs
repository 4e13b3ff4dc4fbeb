//! `ops import preorders`: forms of the system before this one that nobody paid.

use std::{fs, path::PathBuf};

use pledge_domain::ids::PreorderId;
use pledge_stand_ins::stripe::Payment;

use crate::environment::{Output, TestEnvironment};

const UNPAID: &str = "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed";
const PAID: &str = "2c0e7cde-ccfd-4c3d-8c6d-bc9dfccd5cfe";

/// Writes a file with rows of that system's table.
fn file(name: &str, rows: &str) -> PathBuf {
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&file, format!("id,email,color,locale,status,user_id,created_at,notes\n{rows}")).unwrap();
    file
}

async fn import(environment: &TestEnvironment, file: &std::path::Path, apply: bool) -> Output {
    let apply: &[&str] = if apply { &["--apply"] } else { &[] };
    environment.ops_with(&[&["import", "preorders", file.to_str().unwrap()], apply].concat()).await
}

#[tokio::test]
async fn a_form_that_nobody_paid_is_imported_and_can_be_paid() {
    let environment = TestEnvironment::start().await;
    let file = file(
        "unpaid.csv",
        &format!(
            "{UNPAID},mei@example.com,Red,zh-HK,processing,old-uid,2025-01-02 10:00:00,x\n\
             {PAID},jo@example.com,Red,en,completed,,2025-01-02 11:00:00,\n"
        ),
    );
    let dry = import(&environment, &file, false).await;
    assert!(dry.status == 0 && dry.err.contains("1 preorder would be added"), "{dry:?}");
    assert!(dry.err.contains("1 are paid there and come from Stripe"), "{dry:?}");
    assert_eq!(environment.count("select count(*) from preorders").await, 0, "nothing is written without --apply");

    for added in ["1 preorder added; 0 stay", "0 preorders added; 1 stay"] {
        let said = import(&environment, &file, true).await;
        assert!(said.status == 0 && said.err.contains(added), "{said:?}");
    }
    let taken = "select count(*) from preorders where status = 'initiated' and locale = 'zh-HK' and user_id is null
        and created_at = '2025-01-02T10:00:00Z' and not marketing_consent";
    assert_eq!(environment.count(taken).await, 1);
    assert_eq!(environment.count("select count(*) from outbox").await, 0, "that system has told Klaviyo");

    // A session of that system, which is paid after the import.
    let price =
        environment.post("prices", &[("currency", "usd"), ("unit_amount", "29900"), ("product_data[name]", "Red")]);
    let price = price.await["id"].as_str().unwrap().to_owned();
    let form = [
        ("mode", "payment"),
        ("line_items[0][price]", &price),
        ("line_items[0][quantity]", "1"),
        ("customer_email", "mei@example.com"),
        ("metadata[preorderId]", UNPAID),
        ("success_url", "https://example.com/success"),
    ];
    let session = environment.post("checkout/sessions", &form).await["id"].as_str().unwrap().to_owned();
    environment.stand_in.pay_session(&session, Payment::by_card());
    environment.replay_all().await;
    assert_eq!(environment.status(PreorderId::parse(UNPAID).unwrap()).await, "completed");
    assert_eq!(environment.count("select count(*) from preorders").await, 1);
    let said = import(&environment, &file, true).await;
    assert_eq!(
        environment.status(PreorderId::parse(UNPAID).unwrap()).await,
        "completed",
        "what is here stays: {said:?}"
    );
}

#[tokio::test]
async fn a_row_that_cannot_be_taken_is_named_without_what_it_holds() {
    let environment = TestEnvironment::start().await;
    let file = file(
        "wrong.csv",
        &format!(
            "{UNPAID},nobody,Red,en,initiated,,2025-01-02 10:00:00,\n\
             17,jo@example.com,Red,en,initiated,,2025-01-02 10:00:00,\n\
             {UNPAID},jo@example.com,Red,en,shipped,,2025-01-02 10:00:00,\n\
             {UNPAID},jo@example.com,Red,en,initiated,,yesterday,\n\
             {PAID},jo@example.com,Red,en,initiated,,2025-01-02T10:00:00Z,\n"
        ),
    );
    let said = import(&environment, &file, true).await;
    assert_eq!((said.status, said.lines().len()), (3, 4), "{said:?}");
    for (line, why) in said.lines().iter().zip(["email is no", "id is no UUID", "status is none", "created_at is no"]) {
        assert!(line.contains(why) && !line.contains("nobody"), "{line}");
    }
    assert_eq!(environment.count("select count(*) from preorders").await, 1);
    let columns = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("no-columns.csv");
    fs::write(&columns, "id,email\n").unwrap();
    let said = import(&environment, &columns, true).await;
    assert!(said.status == 1 && said.err.contains("color, status, created_at"), "{said:?}");
}

#[tokio::test]
async fn nobody_who_is_forgotten_comes_back() {
    let environment = TestEnvironment::start().await;
    environment.preorder(1).await;
    environment.succeeds("users link --apply").await;
    let reader: String = environment.tables.query_one("select id from users", &[]).await.unwrap().get(0);
    let erased = environment.ops_with_klaviyo("person erase reader-1@example.com --apply").await;
    assert_eq!(erased.status, 0, "{erased:?}");
    let row = format!("{PAID},reader-1@example.com,Red,en,initiated,{reader},2025-01-02 10:00:00,\n");
    let said = import(&environment, &file("forgotten.csv", &row), true).await;
    assert!(said.status == 0 && said.err.contains("0 preorders added; 1 stay"), "{said:?}");
}
