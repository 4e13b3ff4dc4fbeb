//! Links in announcements, to the page on which the reader can act.

use pledge_domain::{
    ids::PreorderId,
    locale::Locale,
    outbox::{Announcement, WayBack},
    preorder::ReturnPath,
    property,
};

use crate::site::Site;

/// Adds a link to an announcement that asks its reader to do something: `resume_url`, the page on which a preorder can be
/// paid, or `manage_url`, the page on which a reader repairs a payment. A link that the announcement has already is kept.
pub fn add(site: &Site, cancel_path: &ReturnPath, announcement: &mut Announcement) {
    let text = |name: &str| announcement.payload.properties.get(name).and_then(|value| value.as_str());
    let link = match announcement.kind.way_back() {
        None => None,
        Some(WayBack::Preorder) => {
            let locale = text(property::LOCALE).and_then(Locale::parse).unwrap_or_default();
            let preorder = text(property::PREORDER).and_then(|id| PreorderId::parse(id).ok());
            preorder.map(|preorder| (property::RESUME_URL, site.preorder_cancel(cancel_path, locale, preorder)))
        }
        Some(WayBack::Account) => Some((property::MANAGE_URL, site.account(Locale::default()))),
    };
    if let Some((name, url)) = link {
        // A link that the announcement has already is Stripe's own, which recovers the expired session.
        announcement.payload.properties.entry(name).or_insert_with(|| url.into());
    }
}
