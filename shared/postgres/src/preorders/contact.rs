//! The contact of a preorder, as columns and as JSON.

use pledge_domain::preorder::Contact;
use serde_json::{Value, json};

use crate::{columns::Columns, error::Failure};

/// Reads the contact that was given last, which has a column for each field.
pub(super) fn read(columns: &Columns<'_>) -> Result<Contact, Failure> {
    Ok(Contact {
        first_name: columns.get("first_name")?,
        last_name: columns.get("last_name")?,
        phone: columns.get("phone")?,
        address_line1: columns.get("address_line1")?,
        address_line2: columns.get("address_line2")?,
        city: columns.get("city")?,
        state: columns.get("state")?,
        postal_code: columns.get("postal_code")?,
        country: columns.get("country")?,
    })
}

/// Returns a contact as the JSON of the column `form_contact`.
pub(super) fn to_json(contact: &Contact) -> Value {
    json!({
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "phone": contact.phone,
        "address_line1": contact.address_line1,
        "address_line2": contact.address_line2,
        "city": contact.city,
        "state": contact.state,
        "postal_code": contact.postal_code,
        "country": contact.country,
    })
}

/// Parses the JSON of the column `form_contact`; none if it isn't JSON.
pub(super) fn from_json(text: &str) -> Option<Contact> {
    let document: Value = serde_json::from_str(text).ok()?;
    let text = |field: &str| document[field].as_str().map(str::to_owned);
    Some(Contact {
        first_name: text("first_name"),
        last_name: text("last_name"),
        phone: text("phone"),
        address_line1: text("address_line1"),
        address_line2: text("address_line2"),
        city: text("city"),
        state: text("state"),
        postal_code: text("postal_code"),
        country: text("country"),
    })
}
