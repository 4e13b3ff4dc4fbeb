//! The contract of [`ChampionStore`](pledge_domain::ports::ChampionStore), and of Stripe's events about champions.

pub mod customers_and_prices;
pub mod origins;
pub mod payments;
pub mod readers;
pub mod steps;

use pledge_domain::{
    account::sign_in,
    champion::{
        ChampionAccount, ChampionKey, Subscription,
        subscribe::{self, Attached, Made, SubscribeDecision},
    },
    decide::{Outcome, Recorded},
    ids::{CustomerId, InvoiceId, PaymentRecordId, SubscriptionId},
    limits::Uses,
    ports::{ChampionStore, OutboxStore},
    stripe::{StripeEvent, SubscriptionStatus},
};

use crate::{
    Deliver,
    builders::{champion, level, payment_record_id, signed_in, tiers},
    contract::{Subject, ids},
    time::t,
};

const DAY: i64 = 86_400;

/// Records an event that must be new. Returns its outcome and the keys of the announcements that it added.
async fn record(subject: &impl Subject, event: &StripeEvent) -> (Outcome, Vec<String>) {
    let Recorded::Now { outcome, announcements } = subject.store().deliver(event, t(100)).await.unwrap() else {
        panic!("{} was recorded before", event.id);
    };
    let mut keys: Vec<_> = subject
        .store()
        .unsent(&ids(&announcements), t(100))
        .await
        .unwrap()
        .into_iter()
        .map(|row| row.entry.key)
        .collect();
    keys.sort();
    (outcome, keys)
}

/// Signs the reader `ada` in with an address, and gives novel 7 its tiers. Returns the key of the reader and the novel.
async fn ada(subject: &impl Subject) -> ChampionKey {
    subject.open_novel(tiers()).await;
    subject.store().sign_in(&sign_in(&signed_in("ada", "ada@example.com")), &Uses::default(), t(0)).await.unwrap();
    champion("ada")
}

async fn account(subject: &impl Subject, key: &ChampionKey) -> ChampionAccount {
    let mut account = subject.store().account(key).await.unwrap();
    account.payments.sort_by_key(|payment| payment.created_at);
    account
}

async fn ask(subject: &impl Subject, key: &ChampionKey, tier: i64, fresh: u32) -> SubscribeDecision {
    let fresh = payment_record_id(fresh);
    let step = |account| subscribe::subscribe(account, level(tier), fresh, t(0));
    subject.store().step(key, t(0), step).await.unwrap()
}

async fn attach(subject: &impl Subject, key: &ChampionKey, reservation: PaymentRecordId) -> Attached {
    let subscription = Subscription {
        status: SubscriptionStatus::Incomplete,
        started: false,
        ..Subscription::running(SubscriptionId::parse("sub_a").unwrap(), CustomerId::parse("cus_a").ok())
    };
    let made = Made { subscription, invoice: InvoiceId::parse("in_1").ok(), payment_intent: None };
    subject.store().step(key, t(1), |account| subscribe::attach(account, reservation, &made, t(1))).await.unwrap()
}
