//! Jobs of Klaviyo's subscription API, which subscribe
//! (<https://developers.klaviyo.com/en/reference/bulk_subscribe_profiles>) or unsubscribe
//! (<https://developers.klaviyo.com/en/reference/bulk_unsubscribe_profiles>) one profile.

use pledge_domain::{
    account::{ListChange, list_change},
    outbox::Announcement,
    property,
};
use serde_json::{Value, json};

/// The list to which people who agree to marketing are subscribed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// Klaviyo's id of the list.
    pub id: String,
    /// Whether Klaviyo asks for a confirmation by e-mail before it subscribes somebody.
    pub double_opt_in: bool,
}

/// A request to Klaviyo: its path, and its body as JSON.
pub(crate) struct Job {
    pub(crate) path: &'static str,
    pub(crate) body: Vec<u8>,
}

/// Returns the job of an announcement that is a consent or a withdrawal, by [`list_change`]; none if the announcement is to
/// be sent as an event.
///
/// # Errors
/// [`serde_json::Error`], which can't happen for these values.
pub(crate) fn job(entry: &Announcement, list: &List) -> Result<Option<Job>, serde_json::Error> {
    let text = |name: &str| entry.payload.properties.get(name).and_then(Value::as_str).unwrap_or_default();
    let email = entry.payload.profile.email.as_str();
    let (path, job) = match list_change(entry, list.double_opt_in) {
        Some(ListChange::Subscribe) => {
            // `historical_import` isn't set, since it would skip the confirmation.
            let attributes = json!({
                "custom_source": format!("{}, text {}", text(property::SOURCE), text(property::TEXT_VERSION)),
                "profiles": { "data": [profile(email, "SUBSCRIBED")] },
            });
            let lists = json!({ "list": { "data": { "type": "list", "id": list.id } } });
            let kind = "profile-subscription-bulk-create-job";
            let job = json!({ "type": kind, "attributes": attributes, "relationships": lists });
            ("/api/profile-subscription-bulk-create-jobs", job)
        }
        Some(ListChange::Unsubscribe) => {
            // No list is named, since a withdrawal is about all marketing.
            let attributes = json!({ "profiles": { "data": [profile(email, "UNSUBSCRIBED")] } });
            let job = json!({ "type": "profile-subscription-bulk-delete-job", "attributes": attributes });
            ("/api/profile-subscription-bulk-delete-jobs", job)
        }
        None => return Ok(None),
    };
    Ok(Some(Job { path, body: serde_json::to_vec(&json!({ "data": job }))? }))
}

fn profile(email: &str, consent: &str) -> Value {
    let subscriptions = json!({ "email": { "marketing": { "consent": consent } } });
    json!({ "type": "profile", "attributes": { "email": email, "subscriptions": subscriptions } })
}
