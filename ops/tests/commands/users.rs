use std::{fs, path::PathBuf};

use crate::environment::TestEnvironment;

#[tokio::test]
async fn ownerless_preorders_find_their_owners() {
    let environment = TestEnvironment::start().await;
    for n in 1..=2 {
        environment.preorder(n).await;
    }
    let (known, _) = environment.firebase.sign_in_with_google("reader-1@example.com", Some("Mei")).unwrap();

    let dry = environment.succeeds("users link").await;
    assert!(dry.lines().len() == 2 && !dry.out.contains('@'), "{dry:?}");
    assert_eq!(environment.firebase.users().len(), 1, "a dry run makes no accounts");

    environment.succeeds("users link --apply").await;
    let owners = "select user_id from preorders order by created_at";
    let owners: Vec<String> =
        environment.tables.query(owners, &[]).await.unwrap().iter().map(|row| row.get(0)).collect();
    assert_eq!(owners[0], known);
    assert_eq!(environment.firebase.users().len(), 2);

    let again = environment.succeeds("users link --apply").await;
    assert!(again.lines().is_empty() && environment.firebase.users().len() == 2, "{again:?}");
}

#[tokio::test]
async fn who_signed_up_without_proof_gets_nobodys_preorder() {
    let environment = TestEnvironment::start().await;
    environment.preorder(1).await;
    let url = format!("{}/identitytoolkit.googleapis.com/v1/accounts:signUp?key=x", environment.firebase.base_url());
    let body = serde_json::json!({ "email": "reader-1@example.com", "password": "secret1", "returnSecureToken": true });
    let http = pledge_runtime::tls::client_config(pledge_runtime::tls::web_roots()).unwrap();
    let http = pledge_runtime::http::client(http).unwrap();
    http.post(url).json(&body).send().await.unwrap().error_for_status().unwrap();

    let said = environment.ops("users link --apply").await;
    assert_eq!(said.status, 3, "{said:?}");
    assert_eq!(environment.count("select count(*) from preorders where user_id is null").await, 1);

    environment.preorder(2).await;
    let said = environment.ops("users link --limit 1 --apply").await;
    assert!(said.status == 3 && said.err.contains("Linked: 1 preorder."), "it is not in the way: {said:?}");
}

/// Writes a file for this test.
fn file(name: &str, text: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, text).unwrap();
    path
}

#[tokio::test]
async fn people_are_imported_and_what_is_known_of_them_stays() {
    let environment = TestEnvironment::start().await;
    let earlier = "insert into users (id, email, email_verified, display_name, created_at, updated_at)
                   values ('u1', 'old@example.com', true, 'Mei', now(), now()),
                          ('u8', 'quiet@example.com', true, 'Lee', now(), now()),
                          ('u9', 'taken@example.com', true, null, now(), now());
                   insert into consent (id, email, user_id, given, proven, source, said_at)
                   values (gen_random_uuid(), 'quiet@example.com', 'u8', false, true, 'account', now())";
    environment.tables.batch_execute(earlier).await.unwrap();
    let csv = "uid,email,email_verified,display_name,phone,marketing_consent\n\
               u1,old@example.com,true,Other,+85251234567,true\n\
               u2,new@example.com,true,Kim,,\n\
               u3,taken@example.com,false,,,\n\
               u8,quiet@example.com,true,Lee,,true\n\
               ,nobody@example.com,,,,\n";
    let path = file("people.csv", csv);

    let dry = environment.ops(&format!("users import {}", path.display())).await;
    assert!(dry.err.contains("2 would be added, 2 are there"), "{dry:?}");
    assert_eq!(environment.count("select count(*) from users").await, 3);

    for round in ["2 were added, 2 were there", "0 were added, 4 were there"] {
        let said = environment.ops(&format!("users import {} --apply", path.display())).await;
        assert_eq!((said.status, said.lines().len()), (3, 1), "the record without a uid is named: {said:?}");
        assert!(said.err.contains(round), "{said:?}");
        let rows = "select id, email, email_verified, display_name, phone, marketing_consent from users order by id";
        let rows = environment.tables.query(rows, &[]).await.unwrap();
        let read = |i: usize| -> (Option<String>, bool, Option<String>, Option<String>, bool) {
            (rows[i].get(1), rows[i].get(2), rows[i].get(3), rows[i].get(4), rows[i].get(5))
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(read(0), (some("old@example.com"), true, some("Mei"), some("+85251234567"), true));
        assert_eq!(read(1), (some("new@example.com"), true, some("Kim"), None, false));
        assert_eq!(read(2), (None, false, None, None, false), "somebody else has the address");
        let withdrawn = "this reader withdrew the consent that the former system knew";
        assert_eq!(read(3), (some("quiet@example.com"), true, some("Lee"), None, false), "{withdrawn}");
        assert_eq!(read(4), (some("taken@example.com"), true, None, None, false));
    }
}

#[tokio::test]
async fn a_firebase_export_is_imported_in_batches() {
    let environment = TestEnvironment::start().await;
    let user = |n| serde_json::json!({ "localId": format!("u{n}"), "email": format!("r{n}@example.com"), "emailVerified": true });
    let users: Vec<_> = (0..1201).map(user).collect();
    let path = file("firebase.json", &serde_json::json!({ "users": users }).to_string());
    let said = environment.succeeds(&format!("users import {} --apply", path.display())).await;
    assert!(said.err.contains("1201 were added"), "{said:?}");
    assert_eq!(environment.count("select count(*) from users where email_verified").await, 1201);
}

#[tokio::test]
async fn two_users_become_one_once_only_one_of_them_subscribes() {
    let environment = TestEnvironment::start().await;
    let rows = "insert into users (id, created_at, updated_at) values ('old', now(), now()), ('new', now(), now());
        insert into stripe_subscription (id, user_id, novel_id, status, cancel_at_period_end, started, updated_at)
        values ('sub_1', 'old', 7, 'active', false, true, now()), ('sub_2', 'new', 7, 'active', false, true, now());
        insert into payment_record (user_id, novel_id, type, kind, amount, currency, payment_method, status, created_at)
        values ('old', 7, 'champion_purchase', 'purchase', 300, 'usd', 'stripe', 'pending', now())";
    environment.tables.batch_execute(rows).await.unwrap();
    for line in ["users merge old new", "users merge old new --apply"] {
        let said = environment.ops(line).await;
        assert_eq!((said.status, said.lines().len()), (3, 2), "{said:?}");
        assert!(said.out.contains("old\t1 payments\tlive subscription: sub_1"), "{said:?}");
        assert!(said.err.contains("both have a live subscription"), "{said:?}");
    }
    environment
        .tables
        .execute("update stripe_subscription set status = 'canceled' where id = 'sub_1'", &[])
        .await
        .unwrap();
    let dry = environment.succeeds("users merge old new").await;
    assert!(dry.err.contains("would become new's"), "{dry:?}");
    assert_eq!(environment.count("select count(*) from user_alias").await, 0);

    environment.succeeds("users merge old new --apply").await;
    assert_eq!(environment.count("select count(*) from payment_record where user_id = 'new'").await, 1);
    assert_eq!(environment.count("select count(*) from stripe_subscription where user_id = 'new'").await, 2);
    let again = environment.ops("users merge old new --apply").await;
    assert!(again.status == 3 && again.err.contains("was taken over before"), "{again:?}");
}
