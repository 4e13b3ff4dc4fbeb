//! Controls over money that has been paid, over HTTP.
//!
//! | Route below `/_control` | Body |
//! |---|---|
//! | `POST payment_intents/{id}/refund` | [`NewRefund`]: `{}`, `{"amount": 100, "status": "pending"}` |
//! | `POST refunds/{id}/status` | `{"status": "failed", "failure_reason": "declined"}` |
//! | `POST payment_intents/{id}/dispute` | [`NewDispute`]: `{}`, `{"reason": "fraudulent", "amount": 100}` |
//! | `POST disputes/{id}/status` | `{"status": "under_review"}` |
//! | `POST disputes/{id}/close` | `{"won": false}` |
//! | `POST invoices/{id}/pay_in_parts` | `{"amounts": [200, 300]}` |
//! | `POST portal/settings` | none: saves the default configuration |
//! | `POST billing/settings` | [`BillingSettings`], each field optional |

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::post;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Shared, act};
use crate::stripe::billing::parts;
use crate::stripe::billing::settings::BillingSettings;
use crate::stripe::payment::dispute::{self, DisputeStatus, NewDispute};
use crate::stripe::payment::refund::{self, NewRefund};
use crate::stripe::payment::refund_progress::{self, RefundStatus};
use crate::stripe::portal::configuration;
use crate::stripe::state::Stripe;

pub(super) fn router() -> Router<Arc<Stripe>> {
    Router::new()
        .route("/_control/payment_intents/{id}/refund", post(refund_intent))
        .route("/_control/refunds/{id}/status", post(set_refund))
        .route("/_control/payment_intents/{id}/dispute", post(dispute_intent))
        .route("/_control/disputes/{id}/status", post(set_dispute))
        .route("/_control/disputes/{id}/close", post(close_dispute))
        .route("/_control/invoices/{id}/pay_in_parts", post(pay_in_parts))
        .route("/_control/billing/settings", post(billing_settings))
        .route("/_control/portal/settings", post(portal_settings))
}

async fn refund_intent(State(stripe): Shared, Path(id): Path<String>, Json(new): Json<NewRefund>) -> Response {
    act(&stripe, |account| {
        let charge = refund::charge(account, Some(&id), None)?;
        let refund = refund::from_dashboard(account, &charge, new)?;
        Ok(account.get(&refund).clone())
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RefundMoves {
    status: RefundStatus,
    failure_reason: Option<String>,
}

async fn set_refund(State(stripe): Shared, Path(id): Path<String>, Json(moves): Json<RefundMoves>) -> Response {
    act(&stripe, |account| {
        refund_progress::set_status(account, &id, moves.status, moves.failure_reason.as_deref())?;
        Ok(account.get(&id).clone())
    })
}

async fn dispute_intent(State(stripe): Shared, Path(id): Path<String>, Json(new): Json<NewDispute>) -> Response {
    act(&stripe, |account| {
        let charge = refund::charge(account, Some(&id), None)?;
        let dispute = dispute::open(account, &charge, &new)?;
        Ok(account.get(&dispute).clone())
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DisputeMoves {
    status: DisputeStatus,
}

async fn set_dispute(State(stripe): Shared, Path(id): Path<String>, Json(moves): Json<DisputeMoves>) -> Response {
    act(&stripe, |account| dispute::set_status(account, &id, moves.status).map(|()| account.get(&id).clone()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Won {
    won: bool,
}

async fn close_dispute(State(stripe): Shared, Path(id): Path<String>, Json(Won { won }): Json<Won>) -> Response {
    act(&stripe, |account| dispute::close(account, &id, won).map(|()| account.get(&id).clone()))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parts {
    amounts: Vec<i64>,
}

async fn pay_in_parts(State(stripe): Shared, Path(id): Path<String>, Json(parts): Json<Parts>) -> Response {
    act(&stripe, |account| parts::pay_in(account, &id, &parts.amounts).map(|()| account.get(&id).clone()))
}

async fn portal_settings(State(stripe): Shared) -> Json<Value> {
    Json(json!({ "configuration": stripe.act(configuration::save_default) }))
}

async fn billing_settings(State(stripe): Shared, Json(settings): Json<BillingSettings>) -> Json<BillingSettings> {
    Json(stripe.act(|account| {
        account.billing = settings;
        account.billing.clone()
    }))
}
