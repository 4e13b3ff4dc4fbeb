//! `ops person export` and `ops person erase`.

use std::collections::BTreeSet;

use pledge_domain::{ports::PreorderStore, preorder::Preorder, user::Owner};
use pledge_stand_ins::{Fault, stripe::Payment};
use pledge_testkit::builders::a_new_preorder_with_consent;
use serde_json::Value;

use crate::{
    champions::subscriber,
    environment::{Output, TestEnvironment},
};

const ADDRESS: &str = "reader-1@example.com";

/// Makes a reader with a Firebase account and a paid preorder, of whose announcements some were sent.
async fn reader() -> (TestEnvironment, Preorder, String) {
    let environment = TestEnvironment::start().await;
    let (preorder, session) = environment.preorder_in_checkout(1).await;
    environment.succeeds("users link --apply").await;
    environment.tell_everything().await;
    environment.stand_in.pay_session(session.as_str(), Payment::by_card());
    environment.replay_all().await;
    let intent = environment.intent_of(&session);
    (environment, preorder, intent)
}

impl TestEnvironment {
    /// Returns the names of the tables that contain a text.
    async fn tables_with(&self, text: &str) -> Vec<String> {
        let tables = "select table_name::text from information_schema.tables
                      where table_schema = 'public' and table_type = 'BASE TABLE' order by 1";
        let mut found = Vec::new();
        for row in self.tables.query(tables, &[]).await.unwrap() {
            let table: String = row.get(0);
            let sql = format!("select count(*) from {table} as it where strpos(lower(it::text), lower($1)) > 0");
            let rows: i64 = self.tables.query_one(&sql, &[&text]).await.unwrap().get(0);
            if rows > 0 {
                found.push(table);
            }
        }
        found
    }

    /// Records that a reader gave or withdrew consent to marketing for an address in their account, a moment ago.
    async fn says_of_marketing(&self, reader: &str, address: &str, given: bool) {
        let sql = "insert into consent (id, email, user_id, given, proven, source, text_version, said_at)
            values (gen_random_uuid(), $1, $2, $3, true, 'account', 'v2', now())";
        self.tables.execute(sql, &[&address, &reader, &given]).await.unwrap();
    }

    async fn erase(&self, who: &str) -> Output {
        self.ops_with_klaviyo(&format!("person erase {who} --apply")).await
    }
}

#[tokio::test]
async fn somebody_is_forgotten_everywhere_and_stripe_is_left() {
    let (environment, preorder, intent) = reader().await;
    assert!(!environment.tables_with(ADDRESS).await.is_empty());
    let dry = environment.ops_with_klaviyo(&format!("person erase {ADDRESS}")).await;
    assert!(dry.status == 0 && dry.out.contains(&preorder.id.number()) && !dry.out.contains('@'), "{dry:?}");
    assert_eq!((environment.firebase.users().len(), environment.klaviyo.deleted().len()), (1, 0));

    let done = environment.erase("READER-1@example.com").await;
    assert!(done.status == 3 && done.out.contains(&intent), "Stripe is left: {done:?}");
    assert_eq!(environment.tables_with(ADDRESS).await, [""; 0]);
    let name = environment.stand_in.object(environment.stand_in.objects("checkout.session")[0]["id"].as_str().unwrap());
    let name = name["customer_details"]["name"].as_str().unwrap().to_owned();
    assert_eq!(environment.tables_with(&name).await, [""; 0], "{name}");
    assert!(environment.firebase.users().is_empty(), "the account is gone");
    assert_eq!(environment.klaviyo.deleted(), [ADDRESS]);
    assert_eq!(environment.status(preorder.id).await, "completed", "what was paid stays");
    let waiting = "select count(*) from outbox where sent_at is null and superseded_at is null";
    assert_eq!(environment.count(waiting).await, 0, "nobody is told about them any more");

    let again = environment.erase(ADDRESS).await;
    assert!(again.status == 1 && again.err.contains("nothing is known"), "{again:?}");
    assert_eq!(environment.klaviyo.deleted().len(), 1);
}

#[tokio::test]
async fn what_somebody_said_of_marketing_is_exported_and_forgotten() {
    let environment = TestEnvironment::start().await;
    let (former, taken, other) = ("before@example.com", "taken@example.com", "other@example.com");
    for (n, address) in [(1, ADDRESS), (2, taken), (3, other)] {
        environment.store.initiate(&a_new_preorder_with_consent(n, address, Owner::Unknown)).await.unwrap();
    }
    environment.succeeds("users link --apply").await;
    let of = "select id from users where email = $1";
    let reader: String = environment.tables.query_one(of, &[&ADDRESS]).await.unwrap().get(0);
    // Two former addresses of the reader. Another user has the second one by now, and a withdrawal must stay with it.
    for (address, given) in [(former, true), (taken, false)] {
        environment.says_of_marketing(&reader, address, given).await;
    }

    let said = environment.succeeds(&format!("person export {ADDRESS}")).await;
    let person: Value = serde_json::from_str(&said.out).unwrap();
    let consents = person["consents"].as_array().unwrap();
    let told: BTreeSet<_> = consents.iter().map(|row| (row["email"].as_str().unwrap(), row["given"] == true)).collect();
    assert_eq!(told, BTreeSet::from([(ADDRESS, true), (former, true), (taken, false)]));
    assert!(consents.iter().any(|row| row["text_version"] == "v1" && row["source"] == "preorder_form"), "{consents:?}");

    let dry = environment.ops_with_klaviyo(&format!("person erase {ADDRESS}")).await;
    assert!(dry.status == 0 && dry.out.contains("what was said of marketing: 3 statements"), "{dry:?}");
    assert_eq!(environment.count("select count(*) from consent").await, 5, "nothing is forgotten yet");

    environment.erase(ADDRESS).await;
    for gone in [ADDRESS, former] {
        assert_eq!(environment.tables_with(gone).await, [""; 0], "{gone}");
    }
    let kept = "select email || ' ' || given from consent where user_id is null order by said_at, email";
    let kept: Vec<String> = environment.tables.query(kept, &[]).await.unwrap().iter().map(|row| row.get(0)).collect();
    assert_eq!(kept, ["taken@example.com true", "other@example.com true", "taken@example.com false"]);
    assert_eq!(environment.tables_with(&reader).await, ["preorders", "users"]);
    assert_eq!(environment.klaviyo.deleted(), [former, ADDRESS]);
    let agreed = "select count(*) from users where erased_at is not null and marketing_consent";
    assert_eq!(environment.count(agreed).await, 0);
    let agreed = "select count(*) from preorders where erased_at is not null
        and (marketing_consent or consent_text_version is not null)";
    assert_eq!(environment.count(agreed).await, 0);
}

#[tokio::test]
async fn whoever_is_forgotten_stays_so_whatever_comes_later() {
    let (environment, preorder, intent) = reader().await;
    environment.erase(ADDRESS).await;
    environment.stand_in.refund(&intent, None).unwrap();
    environment.replay_all().await;
    assert_eq!(environment.status(preorder.id).await, "refunded", "the money counts");
    let unsent = "select count(*) from outbox where sent_at is null and superseded_at is null";
    assert_eq!(environment.count(unsent).await, 0, "and nobody is told");

    let signs_in =
        "update users set email = $1, email_verified = true, display_name = 'Back', marketing_consent = true";
    environment.tables.execute(signs_in, &[&ADDRESS]).await.unwrap();
    let pays = "update preorders set first_name = 'Back', phone = '+85251234567', email = $1";
    environment.tables.execute(pays, &[&ADDRESS]).await.unwrap();
    assert_eq!(environment.tables_with(ADDRESS).await, [""; 0]);
    assert_eq!(environment.tables_with("Back").await, [""; 0]);
    environment.succeeds("users link --apply").await;
    assert!(environment.firebase.users().is_empty(), "no account is made for them");
}

#[tokio::test]
async fn an_erasure_that_was_interrupted_goes_on() {
    let (environment, ..) = reader().await;
    let deletion = Fault::status(400).on("POST", "/api/data-privacy-deletion-jobs");
    environment.klaviyo.faults().add(deletion);
    let stopped = environment.erase(ADDRESS).await;
    assert!(stopped.status == 1 && stopped.err.contains("Klaviyo answered 400"), "{stopped:?}");
    assert_eq!(environment.tables_with(ADDRESS).await, ["erasure"], "only what is still to be told is known");

    let dry = environment.ops_with_klaviyo(&format!("person erase {ADDRESS}")).await;
    assert!(dry.err.contains("interrupted") && environment.klaviyo.deleted().is_empty(), "{dry:?}");
    let done = environment.erase(ADDRESS).await;
    assert_eq!(done.status, 3, "{done:?}");
    assert_eq!(environment.klaviyo.deleted(), [ADDRESS]);
    assert_eq!(environment.tables_with(ADDRESS).await, [""; 0]);
}

#[tokio::test]
async fn whoever_may_still_be_charged_is_not_forgotten() {
    let environment = TestEnvironment::start().await;
    subscriber(&environment, 1).await;
    environment.replay_all().await;
    let said = environment.erase("reader-1").await;
    assert!(said.status == 1 && said.err.contains("may still be charged"), "{said:?}");
    assert_eq!(environment.count("select count(*) from users where erased_at is not null").await, 0);
}

#[tokio::test]
async fn a_reader_of_novels_is_forgotten_and_their_payments_stay() {
    let environment = TestEnvironment::start().await;
    let customer = subscriber(&environment, 1).await;
    environment.replay_all().await;
    environment.tables.execute("update users set email = $1", &[&ADDRESS]).await.unwrap();
    let subscription = environment.stand_in.objects("subscription")[0]["id"].as_str().unwrap().to_owned();
    environment.delete(&format!("subscriptions/{subscription}")).await;
    environment.replay_all().await;
    let done = environment.erase("reader-1").await;
    assert!(done.status == 3 && done.out.contains(customer.as_str()), "{done:?}");
    assert_eq!(environment.tables_with(ADDRESS).await, [""; 0]);
    assert_eq!(environment.count("select count(*) from payment_record where status = 'completed'").await, 1);
    let again = environment.erase("reader-1").await;
    assert!(again.status == 0 && again.err.contains("forgotten already"), "{again:?}");
}

#[tokio::test]
async fn everything_about_somebody_is_exported() {
    let (environment, preorder, intent) = reader().await;
    for who in [ADDRESS, "Reader-1@Example.com"] {
        let said = environment.succeeds(&format!("person export {who}")).await;
        let person: Value = serde_json::from_str(&said.out).unwrap();
        assert_eq!(person["preorders"][0]["id"], preorder.id.to_string());
        assert_eq!(person["people"][0]["email"], ADDRESS);
        assert_eq!(person["preorder_payments"][0]["payment_intent_id"], intent);
        let sent = person["announcements"].as_array().unwrap();
        assert!(sent.iter().all(|row| row["payload"]["profile"]["email"] == ADDRESS), "{said:?}");
    }
    for nobody in ["nobody@example.com", &preorder.id.number()] {
        assert_eq!(environment.ops(&format!("person export {nobody}")).await.status, 1, "{nobody}");
    }
}

/// The table from which each list of an export is made.
const TABLES: [(&str, &str); 10] = [
    ("people", "users"),
    ("consents", "consent"),
    ("preorders", "preorders"),
    ("preorder_payments", "preorder_payment"),
    ("stripe_events", "stripe_event"),
    ("announcements", "outbox"),
    ("champion_payments", "payment_record"),
    ("subscriptions", "stripe_subscription"),
    ("champions", "user_champion_subscription"),
    ("segments", "champion_segment"),
];

#[tokio::test]
async fn no_column_is_missing_from_an_export() {
    let (environment, ..) = reader().await;
    subscriber(&environment, 1).await;
    environment.replay_all().await;
    environment.tables.execute("update preorders set user_id = 'reader-1'", &[]).await.unwrap();
    environment.says_of_marketing("reader-1", ADDRESS, true).await;
    let said = environment.succeeds("person export reader-1").await;
    let person: Value = serde_json::from_str(&said.out).unwrap();
    let columns = "select column_name::text from information_schema.columns where table_name = $1 order by 1";
    for (list, table) in TABLES {
        let rows = environment.tables.query(columns, &[&table]).await.unwrap();
        let stored: BTreeSet<String> = rows.iter().map(|row| row.get(0)).collect();
        let row = person[list][0].as_object().unwrap_or_else(|| panic!("nothing in {list}"));
        let exported: BTreeSet<String> = row.keys().cloned().collect();
        let missing: Vec<_> = stored.difference(&exported).filter(|column| *column != "id").collect();
        assert_eq!(missing, [""; 0], "columns of {table}: add them to its query in ops/queries");
    }
}
