//! A fake of a payment provider.

use pledge_domain::{
    ids::{PriceId, SessionId},
    money::{Currency, Money},
    ports::{CheckoutGateway, GatewayError, OpenedSession, PriceGateway, SessionRequest, SessionStatus},
};

use crate::{fakes::script::Script, time::t};

/// A fake that opens a session for every request, the same one for the same preorder and attempt, open until
/// [`t`]`(86_400)`.
#[derive(Debug, Default)]
pub struct FakeGateway {
    sessions: Script<SessionRequest, Result<OpenedSession, GatewayError>>,
    prices: Script<PriceId, Result<Money, GatewayError>>,
    closed: Script<SessionId, Result<SessionStatus, GatewayError>>,
}

impl FakeGateway {
    /// Makes the next request for a session fail with this error.
    pub fn fail_next(&self, error: GatewayError) {
        self.sessions.put(Err(error));
    }

    /// Makes the next request for a session return this one.
    pub fn answer_next(&self, session: OpenedSession) {
        self.sessions.put(Ok(session));
    }

    /// Sets the answer to the next request for a price.
    pub fn price_next(&self, answer: Result<Money, GatewayError>) {
        self.prices.put(answer);
    }

    /// Sets the status that the next closed session turns out to have.
    pub fn close_next(&self, answer: Result<SessionStatus, GatewayError>) {
        self.closed.put(answer);
    }

    /// Returns every session that was closed, in order.
    #[must_use]
    pub fn closed(&self) -> Vec<SessionId> {
        self.closed.calls()
    }

    /// Returns how often a price was requested.
    #[must_use]
    pub fn prices_asked(&self) -> usize {
        self.prices.calls().len()
    }

    /// Returns every request for a session so far.
    #[must_use]
    pub fn requests(&self) -> Vec<SessionRequest> {
        self.sessions.calls()
    }
}

impl CheckoutGateway for FakeGateway {
    async fn open_session(&self, request: &SessionRequest) -> Result<OpenedSession, GatewayError> {
        self.sessions.called(request.clone()).unwrap_or_else(|| {
            let id = format!("cs_test_{}_{}", request.preorder.as_uuid().simple(), request.attempt);
            let url = Some(format!("https://checkout.example/{id}"));
            Ok(OpenedSession {
                id: SessionId::parse(id).unwrap(),
                url,
                expires_at: t(86_400),
                status: SessionStatus::Open,
            })
        })
    }

    async fn close_session(&self, id: &SessionId) -> Result<SessionStatus, GatewayError> {
        self.closed.called(id.clone()).unwrap_or(Ok(SessionStatus::Expired))
    }
}

impl PriceGateway for FakeGateway {
    async fn price(&self, id: &PriceId) -> Result<Money, GatewayError> {
        self.prices.called(id.clone()).unwrap_or(Ok(Money::new(1999, Currency::USD)))
    }
}
