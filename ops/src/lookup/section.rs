//! The tables that are looked up, and the query for each.

use tokio_postgres::{Client, Error};

use super::{Record, Subject};
use crate::tables::sql;

/// A table that is looked up. The order is that of [`SECTIONS`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Section {
    People,
    Consents,
    Preorders,
    PreorderPayments,
    Payments,
    Refunds,
    Disputes,
    Events,
    Grants,
    Segments,
    Subscriptions,
    Support,
    Announcements,
}

/// Every section, in the order in which they are shown. Rows of one second keep this order in `ops explain`.
pub const SECTIONS: [Section; 13] = [
    Section::People,
    Section::Consents,
    Section::Preorders,
    Section::Events,
    Section::PreorderPayments,
    Section::Payments,
    Section::Refunds,
    Section::Disputes,
    Section::Grants,
    Section::Segments,
    Section::Subscriptions,
    Section::Support,
    Section::Announcements,
];

impl Section {
    /// Returns the section's name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::People => "people",
            Self::Consents => "consents",
            Self::Preorders => "preorders",
            Self::PreorderPayments => "preorder_payments",
            Self::Payments => "champion_payments",
            Self::Refunds => "refunds",
            Self::Disputes => "disputes",
            Self::Events => "stripe_events",
            Self::Grants => "ledger",
            Self::Segments => "segments",
            Self::Subscriptions => "subscriptions",
            Self::Support => "champions",
            Self::Announcements => "announcements",
        }
    }

    /// Returns the section's heading.
    pub fn heading(self) -> &'static str {
        match self {
            Self::People => "People",
            Self::Consents => "What was said of marketing",
            Self::Preorders => "Preorders",
            Self::PreorderPayments => "Payments of preorders",
            Self::Payments => "Payments for novels",
            Self::Refunds => "Refunds",
            Self::Disputes => "Disputes",
            Self::Events => "Stripe's events",
            Self::Grants => "Ledger: what payments gave",
            Self::Segments => "Access, stretch by stretch",
            Self::Subscriptions => "Subscriptions, as Stripe told them last",
            Self::Support => "What readers have of novels",
            Self::Announcements => "Announcements to Klaviyo",
        }
    }

    /// Reads the section's rows about the subject, oldest first.
    pub async fn read(self, client: &Client, subject: &Subject) -> Result<Vec<Record>, Error> {
        let (users, novels) = subject.champions();
        let (preorders, people, keys) = (subject.preorders(), subject.people(), subject.keys());
        let uuids: Vec<_> = subject.uuids.iter().collect();
        let rows = match self {
            Self::People => {
                let shown: Vec<_> = people.iter().chain(&users).collect();
                client.query(sql!("people"), &[&shown, &preorders]).await?
            }
            Self::Consents => {
                let shown: Vec<_> = people.iter().chain(&users).collect();
                client.query(sql!("consents"), &[&shown, &preorders]).await?
            }
            Self::Preorders => client.query(sql!("preorders_by_id"), &[&preorders]).await?,
            Self::PreorderPayments => client.query(sql!("preorder_payments"), &[&preorders]).await?,
            Self::Payments => client.query(sql!("champion_payments"), &[&users, &novels]).await?,
            Self::Refunds => client.query(sql!("refunds_of_payments"), &[&keys]).await?,
            Self::Disputes => client.query(sql!("disputes_of_payments"), &[&keys]).await?,
            Self::Events => client.query(sql!("events_about"), &[&keys]).await?,
            Self::Grants => client.query(sql!("champion_grants"), &[&users, &novels]).await?,
            Self::Segments => client.query(sql!("champion_segments"), &[&users, &novels]).await?,
            Self::Subscriptions => client.query(sql!("champion_subscriptions"), &[&users, &novels]).await?,
            Self::Support => client.query(sql!("champion_supports"), &[&users, &novels]).await?,
            Self::Announcements => client.query(sql!("announcements_about"), &[&keys, &uuids]).await?,
        };
        rows.iter().map(Record::read).collect()
    }
}
