//! `ops show` and `ops explain`.

use std::time::Duration;

use pledge_domain::{
    ids::SessionId,
    ports::{Delivery, OutboxStore},
    preorder::Preorder,
};
use pledge_stand_ins::{Clock, stripe::Payment};
use serde_json::Value;

use crate::environment::TestEnvironment;

/// Makes a preorder that was abandoned, then paid in two sessions and refunded twice, with an announcement that Klaviyo
/// refused for good and one that it took after a failure.
async fn paid_twice_and_refunded() -> (TestEnvironment, Preorder, [SessionId; 3]) {
    let environment = TestEnvironment::started_days_ago(2).await;
    let (preorder, abandoned) = environment.preorder_in_checkout(1).await;
    let then = "update preorders set created_at = now() - interval '2 days';
                update outbox set created_at = now() - interval '2 days'";
    environment.tables.batch_execute(then).await.unwrap();
    environment.stand_in.advance(Duration::from_secs(86_400));
    environment.replay_all().await;
    let second = environment.checkout(&preorder, 2).await;
    let third = environment.checkout(&preorder, 3).await;
    for session in [&second, &third] {
        environment.stand_in.pay_session(session.as_str(), Payment::by_card());
    }
    environment.replay_all().await;
    environment.stand_in.advance(Duration::from_secs(3600));
    for session in [&second, &third] {
        environment.stand_in.refund(&environment.intent_of(session), None).unwrap();
    }
    environment.replay_all().await;
    let success = environment.outbox_row("preorder_success").await;
    let started = environment.outbox_row("preorder_started").await;
    let now = time::OffsetDateTime::from_unix_timestamp(Clock::real().now()).unwrap();
    let failed = Delivery::Failed { reason: "503; Klaviyo is overloaded".to_owned() };
    let parked = Delivery::Parked { reason: "400; invalid: not a valid phone number".to_owned() };
    environment.store.settle(&[(success, failed)], now).await.unwrap();
    environment.store.settle(&[(success, Delivery::Sent), (started, parked)], now).await.unwrap();
    (environment, preorder, [abandoned, second, third])
}

#[tokio::test]
async fn whatever_names_a_preorder_shows_everything_about_it() {
    let (environment, preorder, [abandoned, second, third]) = paid_twice_and_refunded().await;
    let number = format!("ROL-{}", preorder.id.to_string()[..8].to_uppercase());
    let [one, other] = [&second, &third].map(|session| environment.intent_of(session));
    let refunds = environment.stand_in.objects("refund");
    let refund = refunds[0]["id"].as_str().unwrap();
    let event = environment.event("checkout.session.expired");
    let row = environment.outbox_row("preorder_success").await.to_string();
    let email = preorder.email.as_str().to_uppercase();
    let names = [&preorder.id.to_string(), &number, &number.to_lowercase(), &email, &one, &other, refund, &event, &row];
    for name in names.into_iter().chain([abandoned.as_str(), third.as_str()]) {
        let shown = environment.succeeds(&format!("show {name}")).await;
        for expected in [&number, &one, &other, refund, &event, &row, "preorder_abandoned", "preorder_refunded"] {
            assert!(shown.out.contains(expected), "show {name} has no {expected}: {shown:?}");
        }
    }
}

#[tokio::test]
async fn a_preorder_is_explained_from_the_form_to_klaviyo() {
    let (environment, preorder, [abandoned, ..]) = paid_twice_and_refunded().await;
    let said = environment.succeeds(&format!("explain {}", preorder.id)).await;
    for expected in [
        "the form is sent",
        "checkout.session.expired evt_",
        "applied",
        "299.00 USD paid with pi_",
        "is succeeded",
        "takes preorder_success, after 1 refusal: 503; Klaviyo is overloaded",
        "refuses preorder_started for good",
        "preorder_abandoned is recorded",
        "is refunded, after 3 checkout attempts",
    ] {
        let out = said.out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(out.contains(expected), "{expected} is missing:\n{}", said.out);
    }
    let lines = said.lines();
    let long = |line: &&str| line.chars().count() > 100 && !line.contains(abandoned.as_str()) && !line.contains("cs_");
    assert!(!lines.iter().any(long), "{}", said.out);
    assert!(!said.out.contains('\x1b'), "colours are for terminals");
    let times: Vec<_> = lines.iter().filter(|line| !line.starts_with(' ')).map(|line| &line[..20]).collect();
    assert!(times.is_sorted(), "{times:?}");
}

#[tokio::test]
async fn show_and_explain_write_json_when_asked() {
    let (environment, preorder, _) = paid_twice_and_refunded().await;
    let told = environment.succeeds(&format!("explain {} --json", preorder.id)).await;
    let moments: Vec<Value> = serde_json::from_str(&told.out).unwrap();
    assert!(moments.is_sorted_by_key(|moment| moment["at"].as_str().map(str::to_owned)), "{told:?}");
    let shown = environment.succeeds(&format!("show {} --json", preorder.id)).await;
    let tables: Value = serde_json::from_str(&shown.out).unwrap();
    assert_eq!(tables["preorder_payments"].as_array().unwrap().len(), 2, "{shown:?}");
    assert_eq!(tables["preorder_payments"][0]["amount"], 29900);
    assert_eq!(tables["refunds"].as_array().unwrap().len(), 2, "{shown:?}");
}

#[tokio::test]
async fn what_nobody_knows_is_an_error_that_says_what_may_be_asked_for() {
    let environment = TestEnvironment::start().await;
    for unknown in ["evt_1", "nobody@example.com", "0a1b2c3d-0000-4000-8000-000000000000", "somebody", "ch_1"] {
        for command in ["show", "explain"] {
            let said = environment.ops(&format!("{command} {unknown}")).await;
            assert_eq!(said.status, 1, "{said:?}");
            assert!(said.err.contains(unknown) && said.err.contains("evt_") && said.out.is_empty(), "{said:?}");
        }
    }
}

#[tokio::test]
async fn a_champion_is_found_by_person_subscription_invoice_and_payment() {
    let environment = TestEnvironment::start().await;
    let customer = crate::champions::subscriber(&environment, 1).await;
    let invoice = environment.stand_in.objects("invoice")[0]["id"].as_str().unwrap().to_owned();
    let subscription = environment.stand_in.objects("subscription")[0]["id"].as_str().unwrap().to_owned();
    environment.replay_all().await;
    let intent = "select payment_intent_id from stripe_payment where invoice_id is not null";
    let intent: String = environment.tables.query_one(intent, &[]).await.unwrap().get(0);
    let record: String =
        environment.tables.query_one("select record_id::text from payment_record", &[]).await.unwrap().get(0);
    for name in ["reader-1", customer.as_str(), &invoice, &subscription, &intent, &record] {
        let said = environment.succeeds(&format!("explain {name}")).await;
        for expected in ["new: ", "novel 7 at tier 3", "invoice.paid", &subscription, "now       novel 7: tier 3 until"]
        {
            let has = said.out.contains(expected);
            assert!(has, "explain {name} has no {expected}:\n{}", said.out);
        }
    }
}

#[tokio::test]
async fn an_event_from_before_keys_were_kept_is_found_by_its_own_id_and_that_is_said() {
    let environment = TestEnvironment::start().await;
    let old = "insert into stripe_event (id, type, created, livemode, outcome, reason, processed_at)
               values ('evt_old', 'invoice.paid', '2024-01-01', false, 'parked', 'a bug of ours', '2024-01-01')";
    environment.tables.execute(old, &[]).await.unwrap();
    let said = environment.succeeds("explain evt_old").await;
    assert!(said.out.contains("parked: a bug of ours") && said.err.contains("by its own id"), "{said:?}");
}

#[tokio::test]
async fn a_database_behind_the_program_is_named_before_anything_is_done() {
    let environment = TestEnvironment::start().await;
    environment
        .tables
        .execute("delete from schema_migration where version = (select max(version) from schema_migration)", &[])
        .await
        .unwrap();
    for command in ["show evt_1", "outbox list", "reconcile --from 2026-01-01", "users link"] {
        let said = environment.ops(command).await;
        assert!(said.status == 1 && said.err.contains("pledge-migrate up"), "{command}: {said:?}");
    }
    environment
        .tables
        .execute("insert into schema_migration (version, name, checksum) values (9999, 'x', 'x')", &[])
        .await
        .unwrap();
    assert_eq!(environment.ops("outbox list").await.status, 1);
}

#[tokio::test]
async fn a_database_ahead_of_the_program_is_named_and_used() {
    let environment = TestEnvironment::start().await;
    let newer = "insert into schema_migration (version, name, checksum) values (9999, '9999_newer', 'x')";
    environment.tables.execute(newer, &[]).await.unwrap();
    let said = environment.succeeds("outbox list").await;
    assert!(said.err.contains("step 9999") && said.err.contains("ahead of this program"), "{said:?}");
}
