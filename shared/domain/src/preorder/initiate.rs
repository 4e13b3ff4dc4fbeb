//! The form becomes a preorder, before any payment, so that no intent is lost.

use serde_json::json;

use crate::{
    Timestamp,
    ids::{PreorderId, UserId},
    outbox::{Announcement, AnnouncementKind, Payload},
    preorder::{Preorder, PreorderForm, Status},
};

/// Returns a new preorder, `initiated`, and its announcement `preorder_started`. The owner is who it is going to belong
/// to, if that is known.
#[must_use]
pub fn plan(id: PreorderId, form: PreorderForm, owner: Option<UserId>, now: Timestamp) -> (Preorder, Announcement) {
    let preorder = Preorder {
        id,
        user_id: owner,
        email: form.email,
        color: form.color,
        price_id: Some(form.price_id),
        locale: form.locale,
        contact: form.contact,
        wishes: form.wishes,
        status: Status::Initiated,
        checkout_attempt: 0,
        session: None,
        payment: None,
        further_payments: Vec::new(),
        disputed_at: None,
        created_at: now,
    };
    let started = started(&preorder, now);
    (preorder, started)
}

fn started(preorder: &Preorder, now: Timestamp) -> Announcement {
    let mut properties = serde_json::Map::new();
    properties.insert("color".into(), json!(preorder.color.as_str()));
    properties.insert("preorder_id".into(), json!(preorder.id));
    properties.insert("locale".into(), json!(preorder.locale.tag()));
    properties.insert("source".into(), json!("web_form"));
    let payload = Payload { profile: preorder.profile(), properties, value: None, occurred_at: now };
    Announcement::new(AnnouncementKind::PreorderStarted, &preorder.id.to_string(), payload)
}
