//! A fake of Stripe's billing.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{Mutex, MutexGuard},
};

use pledge_domain::{
    champion::{
        Period, Subscription, Tier,
        invoice_to_pay::BilledInvoice,
        renewal::{InvoiceStatus, RunningInvoice},
        subscribe::Made,
    },
    email::Email,
    ids::{
        CustomerId, InvoiceId, PaymentIntentId, PaymentMethodId, PaymentRecordId, PortalConfigurationId, PriceId,
        SubscriptionId, UserId,
    },
    money::{Currency, Money},
    ports::{
        Billing, BillingError, ClientSecret, IntentAnswer, IntentState, InvoicePaid, NextInvoice, PortalLink,
        PurchaseRequest, SubscriptionAnswer, SubscriptionRequest,
    },
    stripe::{Cancellation, SubscriptionStatus},
};
use time::Duration;

use crate::time::t;

/// A fake that makes each object once for each idempotency key, and fails when told.
#[derive(Debug, Default)]
pub struct FakeBilling(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    failures: VecDeque<Option<(BillingError, bool)>>,
    failure_of: Option<(&'static str, BillingError)>,
    calls: Vec<&'static str>,
    by_key: BTreeMap<PaymentRecordId, SubscriptionId>,
    subscriptions: BTreeMap<SubscriptionId, Subscription>,
    methods: BTreeMap<SubscriptionId, PaymentMethodId>,
    intents: BTreeMap<PaymentRecordId, (PaymentIntentId, IntentState)>,
    running: BTreeMap<SubscriptionId, RunningInvoice>,
    prices: BTreeMap<SubscriptionId, PriceId>,
    latest: BTreeMap<SubscriptionId, BilledInvoice>,
    customer_pays: BTreeSet<SubscriptionId>,
    addresses: Vec<(CustomerId, Email)>,
    payment_outcome: Option<InvoicePaid>,
    has_no_portal: bool,
    overtaking: Option<PriceId>,
    beginning: Option<RunningInvoice>,
}

impl FakeBilling {
    /// Makes the next call fail with this error and do nothing.
    pub fn fail_next(&self, error: BillingError) {
        self.state().failures.push_back(Some((error, false)));
    }

    /// Makes the next call of this method fail with this error and do nothing.
    pub fn fail_on(&self, method: &'static str, error: BillingError) {
        self.state().failure_of = Some((method, error));
    }

    /// Makes the next call do its work and return this error.
    pub fn lose_next_answer(&self, error: BillingError) {
        self.state().failures.push_back(Some((error, true)));
    }

    /// Makes the next call succeed, before the failures that tests asked for.
    pub fn pass_next(&self) {
        self.state().failures.push_back(None);
    }

    /// Sets the status of a subscription, as when the reader pays the first invoice or it ends.
    pub fn set_status(&self, id: &SubscriptionId, status: SubscriptionStatus) {
        let mut state = self.state();
        let subscription = state.subscriptions.get_mut(id).unwrap();
        subscription.status = status;
        subscription.started |= status.is_live();
    }

    /// Sets the invoice of a subscription's running period.
    pub fn set_running(&self, id: &SubscriptionId, invoice: RunningInvoice) {
        self.state().running.insert(id.clone(), invoice);
    }

    /// Sets the newest invoice of a subscription.
    pub fn set_latest(&self, id: &SubscriptionId, invoice: BilledInvoice) {
        self.state().latest.insert(id.clone(), invoice);
    }

    /// Sets the result of paying an invoice from now on; without it, the invoice is paid.
    pub fn set_payment_outcome(&self, outcome: InvoicePaid) {
        self.state().payment_outcome = Some(outcome);
    }

    /// Makes a concurrent change of tier take effect right after the next one: the subscription renews at `price` then.
    pub fn overtake_change(&self, price: PriceId) {
        self.state().overtaking = Some(price);
    }

    /// Makes the next period begin right before the next cancellation, with this invoice.
    pub fn overtake_cancellation(&self, invoice: RunningInvoice) {
        self.state().beginning = Some(invoice);
    }

    /// Removes the portal's configuration, as if nobody had registered it.
    pub fn have_no_portal(&self) {
        self.state().has_no_portal = true;
    }

    /// Returns whether a subscription is charged to the customer's default method.
    #[must_use]
    pub fn customer_pays(&self, id: &SubscriptionId) -> bool {
        self.state().customer_pays.contains(id)
    }

    /// Returns the price at which a subscription renews.
    #[must_use]
    pub fn goes_on_at(&self, id: &SubscriptionId) -> Option<PriceId> {
        self.state().prices.get(id).cloned()
    }

    /// Sets the state of a single purchase.
    pub fn set_intent(&self, id: &PaymentIntentId, now: IntentState) {
        let mut state = self.state();
        state.intents.values_mut().find(|(known, _)| known == id).unwrap().1 = now;
    }

    /// Returns every subscription that was ever made with its status, in the order of their ids.
    #[must_use]
    pub fn subscriptions(&self) -> Vec<(SubscriptionId, SubscriptionStatus)> {
        self.state().subscriptions.values().map(|it| (it.id.clone(), it.status)).collect()
    }

    /// Returns the payment method of a subscription.
    #[must_use]
    pub fn payment_method(&self, id: &SubscriptionId) -> Option<PaymentMethodId> {
        self.state().methods.get(id).cloned()
    }

    /// Returns the names of the methods that were called.
    #[must_use]
    pub fn calls(&self) -> Vec<&'static str> {
        self.state().calls.clone()
    }

    /// Returns the new addresses that customers were given, in order.
    #[must_use]
    pub fn addresses(&self) -> Vec<(CustomerId, Email)> {
        self.state().addresses.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    fn call<T>(&self, name: &'static str, work: impl FnOnce(&mut State) -> T) -> Result<T, BillingError> {
        let mut state = self.state();
        state.calls.push(name);
        if let Some((_, error)) = state.failure_of.take_if(|(method, _)| *method == name) {
            return Err(error);
        }
        match state.failures.pop_front().flatten() {
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
        let unpaid = self.latest.get(id).is_some_and(|invoice| invoice.status == InvoiceStatus::Open);
        let cancellation = Cancellation { at_period_end: subscription.cancel_at_period_end, at: None };
        SubscriptionAnswer {
            cancellation,
            made: Made { subscription, invoice: InvoiceId::parse(format!("in_{name}")).ok(), payment_intent: None },
            running: self.running.get(id).cloned(),
            prices: self.prices.get(id).cloned().into_iter().collect(),
            latest: self.latest.get(id).cloned(),
            period: Some(Period { start: t(0), end: t(0) + Duration::days(31) }),
            client_secret: (open || unpaid).then(|| ClientSecret::new(format!("pi_{name}_secret"))),
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

    async fn replace_customer(
        &self,
        reader: &UserId,
        _email: Option<&Email>,
        gone: &CustomerId,
    ) -> Result<CustomerId, BillingError> {
        let id = format!("cus_{reader}_after_{}", gone.as_str().trim_start_matches("cus_"));
        self.call("replace_customer", |_| CustomerId::parse(id).unwrap())
    }

    async fn set_customer_email(&self, customer: &CustomerId, email: &Email) -> Result<(), BillingError> {
        let told = (customer.clone(), email.clone());
        self.call("set_customer_email", |state| state.addresses.push(told))
    }

    async fn create_price(&self, tier: &Tier) -> Result<PriceId, BillingError> {
        let again = if tier.stripe_price.is_some() { "_again" } else { "" };
        let id = format!("price_{}_{}_{}{again}", tier.novel, tier.level, tier.price.amount);
        self.call("create_price", |_| PriceId::parse(id).unwrap())
    }

    /// Attaches a method. An alias of a test card, `pm_card_…`, becomes a method of its own.
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

    async fn cancel_at_period_end(&self, id: &SubscriptionId) -> Result<SubscriptionAnswer, BillingError> {
        self.call("cancel_at_period_end", |state| {
            if let Some(invoice) = state.beginning.take() {
                state.running.insert(id.clone(), invoice);
            }
            state.subscriptions.get_mut(id).unwrap().cancel_at_period_end = true;
            state.answer(id)
        })
    }

    async fn resume(&self, id: &SubscriptionId, _known: Cancellation) -> Result<SubscriptionAnswer, BillingError> {
        self.call("resume", |state| {
            state.subscriptions.get_mut(id).unwrap().cancel_at_period_end = false;
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

    async fn renew_at(
        &self,
        id: &SubscriptionId,
        _ours: &[PriceId],
        price: &PriceId,
    ) -> Result<SubscriptionAnswer, BillingError> {
        self.call("renew_at", |state| {
            state.prices.insert(id.clone(), price.clone());
            let answer = state.answer(id);
            if let Some(price) = state.overtaking.take() {
                state.prices.insert(id.clone(), price);
            }
            answer
        })
    }

    /// Returns a preview whose amount is the number in the name of the price.
    async fn preview_renewal(
        &self,
        _: &SubscriptionId,
        _ours: &[PriceId],
        price: &PriceId,
    ) -> Result<NextInvoice, BillingError> {
        let amount = price.as_str().rsplit('_').next().and_then(|amount| amount.parse().ok()).unwrap();
        let next = NextInvoice { due: Money::new(amount, Currency::USD), at: t(0) + Duration::days(31) };
        self.call("preview_renewal", |_| next)
    }

    async fn open_invoices(&self, id: &SubscriptionId) -> Result<Vec<BilledInvoice>, BillingError> {
        self.call("open_invoices", |state| {
            state.latest.get(id).filter(|it| it.status == InvoiceStatus::Open).cloned().into_iter().collect()
        })
    }

    async fn pay_invoice(
        &self,
        invoice: &InvoiceId,
        _: &PaymentMethodId,
        _: &str,
    ) -> Result<InvoicePaid, BillingError> {
        self.call("pay_invoice", |state| {
            let outcome = state.payment_outcome.unwrap_or(InvoicePaid::Now);
            let known = state.latest.values_mut().find(|known| known.id == *invoice).unwrap();
            if outcome == InvoicePaid::Now {
                known.status = InvoiceStatus::Paid;
            }
            outcome
        })
    }

    async fn charge_customers_default(&self, id: &SubscriptionId) -> Result<(), BillingError> {
        self.call("charge_customers_default", |state| {
            state.customer_pays.insert(id.clone());
        })
    }

    async fn portal_configuration(&self) -> Result<Option<PortalConfigurationId>, BillingError> {
        self.call("portal_configuration", |state| {
            let configuration = PortalConfigurationId::parse("bpc_1").unwrap();
            (!state.has_no_portal).then_some(configuration)
        })
    }

    async fn open_portal(
        &self,
        _: &PortalConfigurationId,
        customer: &CustomerId,
        return_url: &str,
    ) -> Result<Option<PortalLink>, BillingError> {
        let url = format!("https://billing.example.com/{customer}?back={return_url}");
        self.call("open_portal", |_| Some(PortalLink::new(url)))
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
