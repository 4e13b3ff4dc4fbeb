//! The bodies of this function's responses.

use pledge_domain::{
    ids::{PreorderId, UserId},
    money::Currency,
    preorder::Preorder,
};
use serde::Serialize;

/// A preorder that was stored, as its customer gets it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InitiatedPreorder {
    /// Always true.
    success: bool,
    /// The id, with which the preorder is paid and seen.
    preorder_id: PreorderId,
    /// What people see of the id: `ROL-0A1B2C3D`.
    preorder_number: String,
    /// Whose preorder it is; none until that is known.
    firebase_uid: Option<UserId>,
    /// The state, such as `initiated`.
    status: &'static str,
}

impl From<Preorder> for InitiatedPreorder {
    fn from(preorder: Preorder) -> Self {
        Self {
            success: true,
            preorder_id: preorder.id,
            preorder_number: preorder.id.number(),
            firebase_uid: preorder.user_id,
            status: preorder.status.name(),
        }
    }
}

/// A preorder as anybody may see it who has the id: without personal data.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PublicPreorder {
    /// The id.
    preorder_id: PreorderId,
    /// What people see of the id: `ROL-0A1B2C3D`.
    preorder_number: String,
    /// The state, such as `completed`.
    status: &'static str,
    /// The colour.
    color: String,
    /// What was paid, in minor units of the currency; none until then.
    amount: Option<i64>,
    /// The currency of the amount.
    currency: Option<Currency>,
}

impl From<Preorder> for PublicPreorder {
    fn from(preorder: Preorder) -> Self {
        let paid = preorder.payment.as_ref().map(|payment| payment.amount);
        Self {
            preorder_id: preorder.id,
            preorder_number: preorder.id.number(),
            status: preorder.status.name(),
            color: preorder.color.as_str().to_owned(),
            amount: paid.map(|money| money.amount),
            currency: paid.map(|money| money.currency),
        }
    }
}
