//! The form becomes a preorder, before any payment, so that no intent is lost.

use serde_json::json;

use crate::{
    Timestamp,
    ids::PreorderId,
    outbox::{Announcement, AnnouncementKind, Payload},
    preorder::{Preorder, PreorderForm, Status},
    user::Owner,
};

/// Everything that one transaction stores for a new preorder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPreorder {
    /// The preorder, `initiated`.
    pub preorder: Preorder,
    /// Who it belongs to, and whether their profile may be touched.
    pub owner: Owner,
    /// The `preorder_started` event.
    pub started: Announcement,
}

/// Plans a new preorder.
#[must_use]
pub fn plan(id: PreorderId, form: PreorderForm, owner: Owner, now: Timestamp) -> NewPreorder {
    let preorder = Preorder {
        id,
        user_id: owner.user_id().cloned(),
        email: form.email,
        color: form.color,
        price_id: Some(form.price_id),
        locale: form.locale,
        contact: form.contact,
        customer_notes: form.customer_notes,
        marketing_consent: form.marketing_consent,
        status: Status::Initiated,
        checkout_attempt: 0,
        session: None,
        payment: None,
        created_at: now,
    };
    let started = started(&preorder, now);
    NewPreorder { preorder, owner, started }
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
