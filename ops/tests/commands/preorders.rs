use std::fs;

use pledge_domain::ids::PreorderId;
use pledge_stand_ins::stripe::Payment;

use crate::environment::TestEnvironment;

/// Makes the `n`th preorder and pays for it.
async fn paid(environment: &TestEnvironment, n: u32) -> PreorderId {
    let (preorder, session) = environment.preorder_in_checkout(n).await;
    environment.stand_in.pay_session(session.as_str(), Payment::by_card());
    environment.succeeds(&format!("event replay {} --apply", environment.event("checkout.session.completed"))).await;
    preorder.id
}

/// Returns the status of each preorder in the fulfilment export.
async fn exported(environment: &TestEnvironment) -> Vec<String> {
    let said = environment.succeeds("export preorders --from 2023-11-14 --to 2023-11-15").await;
    let mut table = csv::Reader::from_reader(said.out.as_bytes());
    let status = table.headers().unwrap().iter().position(|column| column == "status").unwrap();
    table.records().map(|row| row.unwrap()[status].to_owned()).collect()
}

#[tokio::test]
async fn a_preorder_is_held_released_and_sent_and_the_export_says_so() {
    let environment = TestEnvironment::start().await;
    let id = paid(&environment, 1).await;
    assert_eq!(exported(&environment).await, ["completed"]);
    let number = id.number();
    let hold = ["preorders", "hold", &number, "--reason", "moves next week", "--apply"];
    environment.ops_with(&hold[..5]).await;
    assert_eq!(exported(&environment).await, ["completed"], "a dry run");
    environment.ops_with(&hold).await;
    assert_eq!(exported(&environment).await, ["held"]);
    assert!(environment.ops_with(&hold).await.out.contains("held already"));

    let refused = environment.ops(&format!("preorders fulfil {id} --apply")).await;
    assert!(refused.status == 3 && refused.out.contains("refused: it is held"), "{refused:?}");
    environment.succeeds(&format!("preorders release {id} --apply")).await;
    environment.succeeds(&format!("preorders fulfil {id} --apply")).await;
    assert_eq!(exported(&environment).await, ["fulfilled"]);
    let again = environment.succeeds(&format!("preorders fulfil {id} --apply")).await;
    assert!(again.out.contains("fulfilled already"), "{again:?}");
}

#[tokio::test]
async fn a_list_of_what_was_sent_is_read_line_by_line_and_what_cant_be_sent_is_named() {
    let environment = TestEnvironment::start().await;
    let (one, two) = (paid(&environment, 1).await, environment.preorder(2).await.id);
    let path = std::path::PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("sent.txt");
    let unknown = "00000000-0000-4000-8000-000000000000";
    fs::write(&path, format!("{}\n\n{two}\n{unknown}\n", one.number().to_ascii_lowercase())).unwrap();
    let said = environment.ops(&format!("preorders fulfil --file {} --apply", path.display())).await;
    assert_eq!((said.status, said.lines().len()), (3, 3), "{said:?}");
    assert!(said.out.contains("refused: it is not paid") && said.out.contains("no such preorder"), "{said:?}");
    assert_eq!(exported(&environment).await, ["fulfilled", "initiated"]);

    fs::write(&path, "ROL-1\n").unwrap();
    let said = environment.ops(&format!("preorders fulfil --file {} --apply", path.display())).await;
    assert!(said.status == 1 && said.err.contains("line 1: must be"), "{said:?}");
    for wrong in ["preorders fulfil", "preorders fulfil ROL-1", "preorders hold ROL-00000000"] {
        assert_eq!(environment.ops(wrong).await.status, 2, "{wrong}");
    }
}

#[tokio::test]
async fn preorders_whose_events_are_missing_are_listed() {
    let environment = TestEnvironment::start().await;
    let (preorder, session) = environment.preorder_in_checkout(1).await;
    assert_eq!(environment.succeeds("preorders stuck").await.lines().len(), 0);
    let expired = "update preorders set session_expires_at = now() - interval '2 hours'";
    environment.tables.execute(expired, &[]).await.unwrap();
    let said = environment.ops("preorders stuck").await;
    assert_eq!(said.status, 3);
    assert!(said.out.contains(&preorder.id.to_string()) && said.out.contains(session.as_str()), "{said:?}");
}
