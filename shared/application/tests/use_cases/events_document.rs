//! Writes `docs/EVENTS.md` from the announcements that the code makes, and checks that the file is up to date.
//!
//! After a change, `cargo nextest run -p pledge-application write_events_document --run-ignored only` writes the file anew.

use std::{collections::BTreeMap, fmt::Write, fs, path::PathBuf};

use pledge_application::{
    deliver_events::{DeliverEvents, Retry},
    site::Site,
};
use pledge_domain::{
    account::{says_of_marketing, sign_in},
    champion::{ChampionMetadata, Moment, PurchaseType, roll::roll},
    consent::Answer,
    ids::RefundId,
    limits::Uses,
    money::{Currency, Money},
    outbox::{Announcement, AnnouncementKind, Perishes},
    ports::{AccountStore, ChampionStore, OutboxStore, PreorderStore},
    preorder::CheckoutPolicy,
    stripe::{BillingReason, Fact, InvoiceFact, RefundFact, RefundStatus, StripeEvent, SubscriptionStatus},
    user::Owner,
};
use pledge_testkit::{
    Deliver, FakeMarketing, InMemoryStore,
    builders::{
        a_new_preorder, a_new_preorder_with_consent, an_intent, card_refused, champion, dispute, event,
        intent_disputed, intent_of, intent_refunded, invoice, invoice_failed, invoice_linked, invoice_paid, metadata,
        purchase_paid, refund, session_expired, session_paid, signed_in, subscription_changed, tiers,
    },
    time::t,
};
use serde_json::{Value, json};

const DAY: i64 = 86_400;

/// Returns, for a kind of announcement, the occasion on which it is made and the things that its unique id is made from.
fn told(kind: AnnouncementKind) -> (&'static str, &'static str) {
    use AnnouncementKind as Kind;
    match kind {
        Kind::PreorderStarted => ("The form was sent; nothing is paid.", "the preorder"),
        Kind::PreorderSuccess => ("The preorder is paid.", "the preorder"),
        Kind::PreorderAbandoned => ("The pay page ran out unpaid.", "the preorder and the Checkout session"),
        Kind::PreorderPaymentFailed => (
            "A try to pay was refused. The customer may still be on the pay page.",
            "the preorder and Stripe's payment",
        ),
        Kind::PreorderPartlyRefunded => ("A refund brought back a part of a payment.", "the preorder and the refund"),
        Kind::PreorderRefunded => ("All of a payment went back.", "the preorder and Stripe's payment"),
        Kind::PreorderDisputed => ("A customer's bank disputes a payment.", "the preorder and the dispute"),
        Kind::ChampionStarted => {
            ("The first month, or the first 30 days, are paid.", "the invoice or Stripe's payment")
        }
        Kind::ChampionRenewed => ("A further month is paid.", "the invoice"),
        Kind::ChampionExtended => ("30 more days are paid.", "Stripe's payment"),
        Kind::ChampionUpgraded => {
            ("A higher tier is paid, by a purchase or a change of plan.", "the invoice or Stripe's payment")
        }
        Kind::ChampionPaymentFailed => {
            ("A try to pay a renewal or a purchase was refused.", "the invoice or Stripe's payment")
        }
        Kind::ChampionActionRequired => ("A renewal waits until the cardholder agrees.", "the invoice"),
        Kind::ChampionCancelled => ("A subscription is going to end, or has ended.", "the subscription and its end"),
        Kind::ChampionPartlyRefunded => ("A refund brought back a part of a payment.", "the refund"),
        Kind::ChampionRefunded => ("All of a payment went back.", "the invoice or Stripe's payment"),
        Kind::ChampionEnded => (
            "Access to a novel is over, its grace too, and Stripe has had time to say otherwise.",
            "reader, novel and end",
        ),
        Kind::ChampionDisputed => ("A reader's bank disputes a payment.", "the dispute"),
        Kind::MarketingConsentGiven => (
            "Somebody agreed to marketing, to a newer text of it, or once more in another preorder's form if the address is proven. With a list (`KLAVIYO_LIST_ID`), and if the address is proven or the list is double opt-in, it is no event: the address is subscribed to the list.",
            "the preorder, or reader and time",
        ),
        Kind::MarketingConsentWithdrawn => (
            "A reader doesn't agree to marketing any more. With a list (`KLAVIYO_LIST_ID`) it is no event: the address is unsubscribed.",
            "reader and time",
        ),
    }
}

fn superseded(kind: AnnouncementKind) -> &'static str {
    match kind.perishes() {
        None => "never",
        Some(Perishes::WithItsConsent) => "if something else counts for the address before it is sent",
        Some(Perishes::WithItsPayment) => "if what it is about is paid before it is sent",
        Some(Perishes::WithItsPreorder) => {
            "if, before it is sent, the preorder is paid or has a newer Checkout session, or its buyer paid for another one"
        }
    }
}

/// Returns announcements of every kind, as the code makes them.
async fn everything() -> Vec<Announcement> {
    let store = InMemoryStore::default();
    store.open_novel(tiers());
    for (n, owner) in [(1, Owner::Unknown), (2, Owner::Unknown), (3, Owner::Unknown)] {
        store.initiate(&a_new_preorder(n, &format!("reader-{n}@example.com"), owner)).await.unwrap();
    }
    store.initiate(&a_new_preorder_with_consent(4, "reader-4@example.com", Owner::Unknown)).await.unwrap();
    let bob = signed_in("bob", "bob@example.com");
    let mut claims = sign_in(&bob);
    claims.list.extend(says_of_marketing(&bob, &Answer::Declined(None), t(5)));
    store.record_sign_in(&bob.id, &claims, t(5)).await.unwrap();
    let preorders = store.preorders();
    let part = |id: &str, intent| RefundFact {
        refund: RefundId::parse(id).unwrap(),
        payment_intent: intent,
        amount: Money::new(100, Currency::USD),
        created: t(90),
        status: RefundStatus::Succeeded,
        failure_reason: None,
        at: t(90),
    };
    let [paid, left, refused, _] = preorders.as_slice() else { panic!() };
    let of_preorders = [
        session_paid("evt_1", paid),
        event("evt_2", "refund.created", Fact::Refund(part("re_1", intent_of(paid)))),
        dispute("evt_3", paid, "needs_response"),
        refund("evt_4", paid, 1999),
        session_expired("evt_5", left),
        card_refused("evt_6", refused),
    ];
    deliver(&store, &of_preorders).await;

    store.sign_in(&sign_in(&signed_in("ada", "ada@example.com")), &Uses::default(), t(0)).await.unwrap();
    let key = champion("ada");
    let data = || Some(metadata(&key, 2, None));
    let page = Some("https://invoice.stripe.com/i/acct_1/test_x".to_owned());
    let of_month = |id: &str, month: i64| InvoiceFact {
        page: page.clone(),
        ..invoice(id, BillingReason::SubscriptionCycle, data(), t(month * 31 * DAY))
    };
    let bought = |id, intent, purchase, day: i64| {
        let mut event = purchase_paid(id, intent, data(), t(day * DAY));
        if let Fact::PurchaseSucceeded(fact) = &mut event.fact {
            fact.metadata = fact.metadata.take().map(|it| ChampionMetadata { purchase: Some(purchase), ..it });
        }
        event
    };
    let waits = StripeEvent {
        fact: Fact::InvoiceActionRequired(Box::new(of_month("in_3", 2))),
        ..invoice_failed("evt_15", of_month("in_3", 2))
    };
    let of_champions = [
        invoice_paid("evt_11", invoice("in_1", BillingReason::SubscriptionCreate, data(), t(0))),
        bought("evt_12", "pi_2", PurchaseType::Extend, 2),
        bought("evt_13", "pi_3", PurchaseType::Upgrade, 3),
        invoice_paid("evt_14", of_month("in_2", 1)),
        waits,
        invoice_failed("evt_16", of_month("in_3", 2)),
        subscription_changed("evt_17", SubscriptionStatus::Active, true, data(), t(40 * DAY)),
        invoice_linked("evt_18", "in_2", "pi_4"),
        event("evt_19", "refund.created", Fact::Refund(part("re_2", an_intent("pi_2")))),
        intent_disputed("evt_20", "pi_3", "needs_response"),
        intent_refunded("evt_21", "pi_4", 300),
    ];
    deliver(&store, &of_champions).await;
    let end = t(400 * DAY);
    store.roll(end, 10, |account| roll(account.at(Moment::new(end)))).await.unwrap();

    let site = Some((Site::new(&"https://example.com".parse().unwrap()), CheckoutPolicy::default().cancel_path));
    let sender = DeliverEvents { store, klaviyo: FakeMarketing::default(), site, retry: Retry::default() };
    let ids: Vec<_> = sender.store.outbox().iter().map(|row| row.entry.id).collect();
    assert!(sender.store.unsent(&ids, t(95)).await.unwrap().len() > 1);
    sender.run(&ids, t(95)).await.unwrap();
    sender.klaviyo.taken()
}

async fn deliver(store: &InMemoryStore, events: &[StripeEvent]) {
    for event in events {
        store.deliver(event, event.created).await.unwrap();
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Number(_) => "number",
        Value::Bool(_) => "true or false",
        Value::String(text) if text.ends_with('Z') && text.contains('T') => "time",
        Value::String(text) if text.starts_with("https://") => "address",
        _ => "text",
    }
}

fn example(entry: &Announcement) -> String {
    let profile = &entry.payload.profile;
    let mut example = json!({
        "metric": entry.kind.name(),
        "unique_id": entry.id,
        "profile": { "email": profile.email.as_str(), "external_id": profile.external_id, "phone_number": profile.phone_number },
        "properties": entry.payload.properties,
    });
    if let Some(value) = entry.payload.value {
        example["value"] = json!(value.to_decimal());
        example["value_currency"] = json!(value.currency.to_iso());
    }
    serde_json::to_string_pretty(&example).unwrap()
}

fn section(kind: AnnouncementKind, all: &[Announcement]) -> String {
    let entries: Vec<_> = all.iter().filter(|entry| entry.kind == kind).collect();
    assert!(!entries.is_empty(), "no example of {}", kind.name());
    let (when, subject) = told(kind);
    let mut properties: BTreeMap<&str, (&str, usize)> = BTreeMap::new();
    for (name, value) in entries.iter().flat_map(|entry| &entry.payload.properties) {
        // The amount is a text in the outbox and a number at Klaviyo.
        let kind = if name == "amount" { "number" } else { kind_of(value) };
        properties.entry(name).or_insert((kind, 0)).1 += 1;
    }
    let mut text =
        format!("## `{}`\n\n{when} Superseded: {}. Unique id: from {subject}.\n\n", kind.name(), superseded(kind));
    text.push_str("| property | type | |\n|---|---|---|\n");
    for (name, (kind, count)) in properties {
        let always = if count == entries.len() { "" } else { "sometimes" };
        writeln!(text, "| `{name}` | {kind} | {always} |").unwrap();
    }
    write!(text, "\n```json\n{}\n```\n", example(entries[0])).unwrap();
    text
}

async fn document() -> String {
    let all = everything().await;
    let mut text = "# Events that Klaviyo gets\n\n\
        Made from the code by `shared/application/tests/use_cases/events_document.rs`, which also says how to make it anew;\n\
        [KLAVIYO.md](KLAVIYO.md) is for whoever builds flows with them. Each is sent once: a row of the outbox commits with\n\
        what it reports, and its `unique_id` follows from what it is about, so that Klaviyo drops repeats. One that doesn't\n\
        hold any more when it would be sent is superseded. Amounts are decimal texts in the outbox and numbers at Klaviyo.\n\
        Links: `resume_url` and `manage_url` lie below `PUBLIC_SITE_URL`; `hosted_invoice_url` is Stripe's.\n"
        .to_owned();
    for kind in AnnouncementKind::ALL {
        write!(text, "\n{}", section(kind, &all)).unwrap();
    }
    text
}

fn path() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/EVENTS.md"))
}

#[tokio::test]
async fn the_document_says_what_the_code_announces() {
    let (written, made) = (fs::read_to_string(path()).unwrap(), document().await);
    assert!(written == made, "docs/EVENTS.md is not what the code announces: see the head of this test's file");
}

#[tokio::test]
#[ignore = "writes the document"]
async fn write_events_document() {
    fs::write(path(), document().await).unwrap();
}

#[test]
fn times_and_addresses_are_told_apart() {
    let kinds = [json!("2026-01-01T00:00:00Z"), json!("https://example.com"), json!("USD"), json!(1), json!(true)];
    assert_eq!(kinds.each_ref().map(kind_of), ["time", "address", "text", "number", "true or false"]);
}
