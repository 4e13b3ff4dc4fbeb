//! [`StripeEventStore`](pledge_domain::ports::StripeEventStore) in memory.

use std::collections::BTreeSet;

use pledge_domain::{
    Timestamp,
    champion::Tier,
    decide::{Candidates, NewAnnouncement, Outcome, Plan, Recorded, Snapshot},
    ports::{KnownEvent, StoreError, StripeEventStore},
    preorder::Preorder,
    preorder::PreorderWrite,
    stripe::{Hints, Lookup, StripeEvent},
};

use crate::{InMemoryStore, Tables};

impl StripeEventStore for InMemoryStore {
    async fn record(
        &self,
        event: &StripeEvent,
        known: KnownEvent,
        now: Timestamp,
        decide: impl Fn(Snapshot) -> Plan + Send + Sync,
    ) -> Result<Recorded, StoreError> {
        let mut tables = self.transaction()?;
        match tables.events.get(&event.id) {
            Some(outcome) if known == KnownEvent::Stays || *outcome == Outcome::Applied => return Ok(Recorded::Before),
            _ => {}
        }
        let plan = decide(tables.snapshot(&event.fact.lookup()));
        match plan.preorder {
            Some(PreorderWrite::Insert(mut preorder)) => {
                preorder.user_id =
                    preorder.user_id.map(|id| tables.resolved(&id)).filter(|id| tables.users.contains_key(id));
                tables.preorders.insert(preorder.id, *preorder);
            }
            Some(PreorderWrite::Update(preorder)) => {
                tables.preorders.insert(preorder.id, *preorder);
            }
            None => {}
        }
        if let Some(write) = plan.champion {
            tables.write_champion(*write);
        }
        if let Some((intent, facts)) = plan.payment {
            tables.payments.insert(intent, facts);
        }
        let inserted = tables.add_to_outbox(&plan.announcements, now);
        let new = plan.announcements.iter().filter(|entry| inserted.contains(&entry.id));
        let announcements = new.map(|entry| NewAnnouncement { id: entry.id, kind: entry.kind }).collect();
        tables.events.insert(event.id.clone(), plan.outcome.clone());
        Ok(Recorded::Now { outcome: plan.outcome, announcements })
    }
}

impl Tables {
    fn snapshot(&self, keys: &Lookup) -> Snapshot {
        let payment = keys.payment_intent.as_ref().and_then(|intent| self.payments.get(intent));
        let candidates = keys.hints.as_ref().map(|hints| self.candidates(hints)).unwrap_or_default();
        let champion = self.champion_by(keys).or_else(|| candidates.champion());
        Snapshot {
            preorder: self.preorder_by(keys).map(|preorder| self.as_read(preorder)),
            payment: payment.cloned().unwrap_or_default(),
            champion: champion.map(|key| self.champion_account(&key, keys.invoice.as_ref())),
            candidates,
        }
    }

    fn candidates(&self, hints: &Hints) -> Candidates {
        let of_users = self.customers.iter().filter(|(_, customer)| hints.customer.as_ref() == Some(*customer));
        let of_payments = self.champions.iter().filter(|(_, champion)| champion.has_customer(hints.customer.as_ref()));
        let readers = of_users.map(|(user, _)| user).chain(of_payments.map(|(key, _)| &key.user));
        let readers = BTreeSet::from_iter(readers.map(|reader| self.resolved(reader)));
        let ours = |tier: &Tier| tier.prices.iter().any(|price| hints.prices.contains(price));
        let novels = self.tiers.iter().filter(|(_, tiers)| tiers.iter().any(ours)).map(|(novel, _)| *novel);
        Candidates { readers: readers.into_iter().take(2).collect(), novels: novels.take(2).collect() }
    }

    /// Returns the preorder by its id, else by its session, else by its payment.
    fn preorder_by(&self, keys: &Lookup) -> Option<&Preorder> {
        let by_session = |preorder: &&Preorder| {
            keys.session.is_some() && preorder.session.as_ref().map(|session| &session.id) == keys.session.as_ref()
        };
        let by_payment = |preorder: &&Preorder| {
            keys.payment_intent.is_some()
                && preorder.payments().any(|payment| payment.intent.as_ref() == keys.payment_intent.as_ref())
        };
        keys.preorder
            .and_then(|id| self.preorders.get(&id))
            .or_else(|| self.preorders.values().find(by_session))
            .or_else(|| self.preorders.values().find(by_payment))
    }
}
