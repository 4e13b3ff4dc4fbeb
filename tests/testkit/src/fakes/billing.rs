//! Stripe's billing without Stripe.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Mutex, MutexGuard},
};

use pledge_domain::{
    champion::{
        Period, Subscription, Tier,
        renewal::{InvoiceStatus, RunningInvoice},
        subscribe::Made,
    },
    email::Email,
    ids::{CustomerId, InvoiceId, PaymentIntentId, PaymentMethodId, PaymentRecordId, PriceId, SubscriptionId, UserId},
    ports::{
        Billing, BillingError, ClientSecret, IntentAnswer, IntentState, PurchaseRequest, SubscriptionAnswer,
        SubscriptionRequest,
    },
    stripe::SubscriptionStatus,
};
use time::Duration;

use crate::time::t;

/// Makes what it is asked for, once for each idempotency key, and fails when told.
#[derive(Debug, Default)]
pub struct FakeBilling(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    failures: VecDeque<(BillingError, bool)>,
    calls: Vec<&'static str>,
    by_key: BTreeMap<PaymentRecordId, SubscriptionId>,
    subscriptions: BTreeMap<SubscriptionId, Subscription>,
    methods: BTreeMap<SubscriptionId, PaymentMethodId>,
    intents: BTreeMap<PaymentRecordId, (PaymentIntentId, IntentState)>,
    running: BTreeMap<SubscriptionId, RunningInvoice>,
    prices: BTreeMap<SubscriptionId, PriceId>,
}

impl FakeBilling {
    /// The next call fails like this and does nothing.
    pub fn fail_next(&self, error: BillingError) {
        self.state().failures.push_back((error, false));
    }

    /// The next call does its work, and then its answer is lost.
    pub fn lose_next_answer(&self, error: BillingError) {
        self.state().failures.push_back((error, true));
    }

    /// The reader pays the first invoice, or the subscription ends, and so on.
    pub fn set_status(&self, id: &SubscriptionId, status: SubscriptionStatus) {
        let mut state = self.state();
        let subscription = state.subscriptions.get_mut(id).unwrap();
        subscription.status = status;
        subscription.started |= status.is_live();
    }

    /// The invoice of the period that runs.
    pub fn set_running(&self, id: &SubscriptionId, invoice: RunningInvoice) {
        self.state().running.insert(id.clone(), invoice);
    }

    /// The price at which a subscription goes on.
    #[must_use]
    pub fn goes_on_at(&self, id: &SubscriptionId) -> Option<PriceId> {
        self.state().prices.get(id).cloned()
    }

    /// What became of a single purchase.
    pub fn set_intent(&self, id: &PaymentIntentId, now: IntentState) {
        let mut state = self.state();
        state.intents.values_mut().find(|(known, _)| known == id).unwrap().1 = now;
    }

    /// Every subscription that was ever made, in the order of its id, and its status.
    #[must_use]
    pub fn subscriptions(&self) -> Vec<(SubscriptionId, SubscriptionStatus)> {
        self.state().subscriptions.values().map(|it| (it.id.clone(), it.status)).collect()
    }

    /// What a subscription is paid with.
    #[must_use]
    pub fn payment_method(&self, id: &SubscriptionId) -> Option<PaymentMethodId> {
        self.state().methods.get(id).cloned()
    }

    /// The names of the methods that were called.
    #[must_use]
    pub fn calls(&self) -> Vec<&'static str> {
        self.state().calls.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    fn call<T>(&self, name: &'static str, work: impl FnOnce(&mut State) -> T) -> Result<T, BillingError> {
        let mut state = self.state();
        state.calls.push(name);
        match state.failures.pop_front() {
            Some((error, after_work)) => {
                if after_work {
                    work(&mut state);
                }
                Err(error)
            }
            None => Ok(work(&mut state)),
        }
    }
}

impl State {
    fn answer(&self, id: &SubscriptionId) -> SubscriptionAnswer {
        let subscription = self.subscriptions[id].clone();
        let name = id.as_str().trim_start_matches("sub_");
        let open = subscription.status == SubscriptionStatus::Incomplete;
        SubscriptionAnswer {
            made: Made { subscription, invoice: InvoiceId::parse(format!("in_{name}")).ok(), payment_intent: None },
            running: self.running.get(id).cloned(),
            period: Some(Period { start: t(0), end: t(0) + Duration::days(31) }),
            client_secret: open.then(|| ClientSecret::new(format!("pi_{name}_secret"))),
        }
    }
}

fn intent_answer((id, state): &(PaymentIntentId, IntentState)) -> IntentAnswer {
    IntentAnswer { id: id.clone(), state: *state, client_secret: Some(ClientSecret::new(format!("{id}_secret"))) }
}

impl Billing for FakeBilling {
    async fn create_customer(&self, reader: &UserId, _email: Option<&Email>) -> Result<CustomerId, BillingError> {
        self.call("create_customer", |_| CustomerId::parse(format!("cus_{reader}")).unwrap())
    }

    async fn create_price(&self, tier: &Tier) -> Result<PriceId, BillingError> {
        let id = format!("price_{}_{}_{}", tier.novel, tier.level, tier.price.amount);
        self.call("create_price", |_| PriceId::parse(id).unwrap())
    }

    /// An alias of a test card, `pm_card_…`, becomes a method of its own.
    async fn attach_payment_method(
        &self,
        _: &CustomerId,
        method: &PaymentMethodId,
    ) -> Result<PaymentMethodId, BillingError> {
        let id = method.as_str().replace("pm_card_", "pm_made_of_");
        self.call("attach_payment_method", |_| PaymentMethodId::parse(id).unwrap())
    }

    async fn create_subscription(&self, request: &SubscriptionRequest) -> Result<SubscriptionAnswer, BillingError> {
        self.call("create_subscription", |state| {
            let new = SubscriptionId::parse(format!("sub_{}", state.by_key.len() + 1)).unwrap();
            let id = state.by_key.entry(request.payment).or_insert(new).clone();
            state.subscriptions.entry(id.clone()).or_insert_with(|| Subscription {
                status: SubscriptionStatus::Incomplete,
                started: false,
                tier: request.metadata.tier,
                ..Subscription::running(id.clone(), Some(request.customer.clone()))
            });
            state.answer(&id)
        })
    }

    async fn subscription(&self, id: &SubscriptionId) -> Result<SubscriptionAnswer, BillingError> {
        self.call("subscription", |state| state.answer(id))
    }

    async fn set_payment_method(&self, id: &SubscriptionId, method: &PaymentMethodId) -> Result<(), BillingError> {
        self.call("set_payment_method", |state| {
            state.methods.insert(id.clone(), method.clone());
        })
    }

    async fn set_cancel_at_period_end(
        &self,
        id: &SubscriptionId,
        cancel: bool,
    ) -> Result<SubscriptionAnswer, BillingError> {
        self.call("set_cancel_at_period_end", |state| {
            state.subscriptions.get_mut(id).unwrap().cancel_at_period_end = cancel;
            state.answer(id)
        })
    }

    async fn go_on_at(
        &self,
        id: &SubscriptionId,
        _ours: &[PriceId],
        price: &PriceId,
    ) -> Result<SubscriptionAnswer, BillingError> {
        self.call("go_on_at", |state| {
            state.prices.insert(id.clone(), price.clone());
            state.subscriptions.get_mut(id).unwrap().cancel_at_period_end = false;
            state.answer(id)
        })
    }

    async fn void_invoice(&self, invoice: &RunningInvoice) -> Result<(), BillingError> {
        self.call("void_invoice", |state| {
            let mut running = state.running.values_mut();
            if let Some(known) = running.find(|known| known.id == invoice.id && known.status != InvoiceStatus::Paid) {
                known.status = InvoiceStatus::Dead;
            }
        })
    }

    async fn cancel_now(&self, id: &SubscriptionId) -> Result<SubscriptionAnswer, BillingError> {
        self.call("cancel_now", |state| {
            state.subscriptions.get_mut(id).unwrap().status = SubscriptionStatus::Canceled;
            state.answer(id)
        })
    }

    async fn create_payment(&self, request: &PurchaseRequest) -> Result<IntentAnswer, BillingError> {
        self.call("create_payment", |state| {
            let new = PaymentIntentId::parse(format!("pi_{}", state.intents.len() + 1)).unwrap();
            intent_answer(state.intents.entry(request.payment).or_insert((new, IntentState::Payable)))
        })
    }

    async fn cancel_payment(&self, id: &PaymentIntentId) -> Result<IntentAnswer, BillingError> {
        self.call("cancel_payment", |state| {
            let intent = state.intents.values_mut().find(|(known, _)| known == id).unwrap();
            if intent.1 == IntentState::Payable {
                intent.1 = IntentState::Canceled;
            }
            intent_answer(intent)
        })
    }

    async fn payment(&self, id: &PaymentIntentId) -> Result<IntentAnswer, BillingError> {
        self.call("payment", |state| intent_answer(state.intents.values().find(|(known, _)| known == id).unwrap()))
    }
}
