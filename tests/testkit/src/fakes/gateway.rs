//! A payment provider that opens sessions at once.

use pledge_domain::{
    ids::SessionId,
    ports::{CheckoutGateway, GatewayError, OpenedSession, SessionRequest},
};

use crate::{fakes::script::Script, time::t};

/// Opens a session for every request: the same one for the same preorder and attempt, open until [`t`]`(86_400)`.
#[derive(Debug, Default)]
pub struct FakeGateway(Script<SessionRequest, Result<OpenedSession, GatewayError>>);

impl FakeGateway {
    /// The next request fails like this.
    pub fn fail_next(&self, error: GatewayError) {
        self.0.put(Err(error));
    }

    /// The next request gets this session.
    pub fn answer_next(&self, session: OpenedSession) {
        self.0.put(Ok(session));
    }

    /// Every request so far.
    #[must_use]
    pub fn requests(&self) -> Vec<SessionRequest> {
        self.0.calls()
    }
}

impl CheckoutGateway for FakeGateway {
    async fn open_session(&self, request: &SessionRequest) -> Result<OpenedSession, GatewayError> {
        self.0.called(request.clone()).unwrap_or_else(|| {
            let id = format!("cs_test_{}_{}", request.preorder.as_uuid().simple(), request.attempt);
            let url = Some(format!("https://checkout.example/{id}"));
            Ok(OpenedSession { id: SessionId::parse(id).unwrap(), url, expires_at: t(86_400), open: true })
        })
    }
}
