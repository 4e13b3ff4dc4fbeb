//! Consent as a job of Klaviyo's subscription API: subscribe
//! (<https://developers.klaviyo.com/en/reference/bulk_subscribe_profiles>) or unsubscribe
//! (<https://developers.klaviyo.com/en/reference/bulk_unsubscribe_profiles>) one profile.

use pledge_domain::{
    outbox::{Announcement, AnnouncementKind},
    property,
};
use serde_json::{Value, json};

/// The list that whoever agrees to marketing is put on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// Klaviyo's id of it.
    pub id: String,
    /// Whether Klaviyo asks for a confirmation by e-mail before it subscribes somebody.
    pub double_opt_in: bool,
}

/// A job: where it goes, and what it says.
pub(crate) struct Job {
    pub(crate) path: &'static str,
    pub(crate) body: Vec<u8>,
}

/// Returns the job that an announcement asks for; none if it is an event. Consent for an address that nobody proved is a job
/// only if the list asks its owner; otherwise anybody could subscribe anybody.
///
/// # Errors
/// If it has no JSON form, which can't be.
pub(crate) fn job(entry: &Announcement, list: &List) -> Result<Option<Job>, serde_json::Error> {
    let text = |name: &str| entry.payload.properties.get(name).and_then(Value::as_str).unwrap_or_default();
    let email = entry.payload.profile.email.as_str();
    let is_proven = entry.payload.properties.get(property::ADDRESS_PROVEN) == Some(&Value::Bool(true));
    let (path, job) = match entry.kind {
        AnnouncementKind::MarketingConsentGiven if is_proven || list.double_opt_in => {
            // Without `historical_import`, which would pass over the confirmation.
            let attributes = json!({
                "custom_source": format!("{}, text {}", text(property::SOURCE), text(property::TEXT_VERSION)),
                "profiles": { "data": [profile(email, "SUBSCRIBED")] },
            });
            let lists = json!({ "list": { "data": { "type": "list", "id": list.id } } });
            let kind = "profile-subscription-bulk-create-job";
            let job = json!({ "type": kind, "attributes": attributes, "relationships": lists });
            ("/api/profile-subscription-bulk-create-jobs", job)
        }
        AnnouncementKind::MarketingConsentWithdrawn => {
            // Of no list: whoever withdraws consent wants no marketing at all.
            let attributes = json!({ "profiles": { "data": [profile(email, "UNSUBSCRIBED")] } });
            let job = json!({ "type": "profile-subscription-bulk-delete-job", "attributes": attributes });
            ("/api/profile-subscription-bulk-delete-jobs", job)
        }
        _ => return Ok(None),
    };
    Ok(Some(Job { path, body: serde_json::to_vec(&json!({ "data": job }))? }))
}

fn profile(email: &str, consent: &str) -> Value {
    let subscriptions = json!({ "email": { "marketing": { "consent": consent } } });
    json!({ "type": "profile", "attributes": { "email": email, "subscriptions": subscriptions } })
}
