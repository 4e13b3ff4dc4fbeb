//! Making a preorder from the form, before any payment, so that no intent is lost.

use serde_json::json;

use crate::{
    Timestamp,
    ids::PreorderId,
    outbox::{Announcement, AnnouncementKind},
    preorder::{Preorder, PreorderForm, Status},
    property,
    user::Owner,
};

/// Returns a new preorder with the status `initiated`, and its announcement `preorder_started`. `owner` is the user to whom
/// it is going to belong, if known.
#[must_use]
pub fn plan(id: PreorderId, form: PreorderForm, owner: &Owner, now: Timestamp) -> (Preorder, Announcement) {
    let preorder = Preorder {
        id,
        user_id: owner.user_id().cloned(),
        owner_email: owner.address(&form.email).cloned(),
        email: form.email,
        color: form.color,
        price_id: Some(form.price_id),
        locale: form.locale,
        contact: form.contact,
        form_contact: None,
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

/// Returns whether the preorder was made from this form. If it wasn't, a request with the preorder's key must be
/// refused, or its corrections would be lost. Fields that the checkout added to the contact aren't compared.
#[must_use]
pub fn is_same_form(preorder: &Preorder, form: &PreorderForm) -> bool {
    let same_contact = match (&preorder.form_contact, &preorder.payment) {
        (Some(said), _) => *said == form.contact,
        (None, None) => preorder.contact == form.contact,
        // A preorder that was paid before `form_contact` was kept has the form's contact with gaps filled by the checkout.
        (None, Some(_)) => form.contact.clone().or(preorder.contact.clone()) == preorder.contact,
    };
    let same_order = preorder.email.key() == form.email.key() && preorder.color == form.color;
    same_order && same_contact && preorder.locale == form.locale && preorder.wishes == form.wishes
}

fn started(preorder: &Preorder, now: Timestamp) -> Announcement {
    let mut properties = serde_json::Map::new();
    properties.insert("color".into(), json!(preorder.color.as_str()));
    properties.insert(property::PREORDER.into(), json!(preorder.id));
    properties.insert(property::LOCALE.into(), json!(preorder.locale.tag()));
    properties.insert(property::SOURCE.into(), json!("web_form"));
    let payload = preorder.marketing(properties, now);
    Announcement::new(AnnouncementKind::PreorderStarted, &preorder.id.to_string(), payload)
}
