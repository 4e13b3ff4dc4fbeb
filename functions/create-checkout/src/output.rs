//! The bodies of this function's responses.

use pledge_domain::ids::{PreorderId, SessionId};
use serde::Serialize;

/// Where a preorder is paid.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Checkout {
    /// The address of Stripe's pay page.
    pub url: String,
    /// The Checkout session.
    pub session_id: SessionId,
    /// The preorder that is paid there.
    pub preorder_id: PreorderId,
}
