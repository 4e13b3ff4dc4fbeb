//! Writing and reading the columns of a preorder.

use std::fmt;

use pledge_domain::{
    Timestamp,
    consent::{MarketingConsent, TextVersion},
    email::Email,
    ids::{PaymentIntentId, PreorderId, PriceId, SessionId, UserId},
    locale::Locale,
    money::Currency,
    preorder::{Color, Contact, Preorder, Session, SessionState, Status, Wishes},
};
use serde::Serialize;
use time::serde::rfc3339;
use tokio_postgres::Row;

use crate::{columns::Columns, error::Failure, preorders::payments};

/// The columns of a preorder by their names, except for its owner, which claims set. A statement takes the columns as one
/// JSON parameter and names those that it writes (`jsonb_populate_record`). `Debug` hides their values.
#[derive(Serialize)]
pub(crate) struct PreorderRow<'a> {
    id: PreorderId,
    email: &'a Email,
    color: &'a str,
    price_id: Option<&'a PriceId>,
    locale: &'a str,
    #[serde(flatten)]
    contact: &'a Contact,
    form_contact: Option<&'a Contact>,
    customer_notes: Option<&'a str>,
    marketing_consent: bool,
    consent_text_version: Option<&'a TextVersion>,
    status: &'a str,
    checkout_attempt: i32,
    session_id: Option<&'a SessionId>,
    session_state: Option<&'a str>,
    #[serde(with = "rfc3339::option")]
    session_expires_at: Option<Timestamp>,
    checkout_url: Option<&'a str>,
    payment_intent_id: Option<&'a PaymentIntentId>,
    amount: Option<i64>,
    currency: Option<Currency>,
    #[serde(with = "rfc3339::option")]
    paid_at: Option<Timestamp>,
    refunded_amount: i64,
    dispute_status: Option<&'a str>,
    #[serde(with = "rfc3339::option")]
    disputed_at: Option<Timestamp>,
    #[serde(with = "rfc3339")]
    created_at: Timestamp,
}

impl<'a> From<&'a Preorder> for PreorderRow<'a> {
    fn from(preorder: &'a Preorder) -> Self {
        let Preorder { contact, form_contact, wishes, session, payment, .. } = preorder;
        let (session, payment) = (session.as_ref(), payment.as_ref());
        Self {
            id: preorder.id,
            email: &preorder.email,
            color: preorder.color.as_str(),
            price_id: preorder.price_id.as_ref(),
            locale: preorder.locale.tag(),
            contact,
            form_contact: form_contact.as_ref(),
            customer_notes: wishes.customer_notes.as_deref(),
            marketing_consent: wishes.marketing_consent.is_given(),
            consent_text_version: match &wishes.marketing_consent {
                MarketingConsent::No => None,
                MarketingConsent::Given(version) => version.as_ref(),
                MarketingConsent::Unconfirmed(version) => Some(version),
            },
            status: preorder.status.name(),
            checkout_attempt: preorder.checkout_attempt,
            session_id: session.map(|session| &session.id),
            session_state: session.map(|session| session.state.name()),
            session_expires_at: session.and_then(|session| session.expires_at),
            checkout_url: session.and_then(|session| session.url.as_deref()),
            payment_intent_id: payment.and_then(|payment| payment.intent.as_ref()),
            amount: payment.map(|payment| payment.amount.amount),
            currency: payment.map(|payment| payment.amount.currency),
            paid_at: payment.map(|payment| payment.paid_at),
            refunded_amount: payment.map_or(0, |payment| payment.refunded),
            dispute_status: payment.and_then(|payment| payment.dispute.as_deref()),
            disputed_at: preorder.disputed_at,
            created_at: preorder.created_at,
        }
    }
}

impl fmt::Debug for PreorderRow<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PreorderRow(hidden)")
    }
}

/// Reads a row of `preorders`.
pub(crate) fn read(row: &Row) -> Result<Preorder, Failure> {
    let columns = Columns(row);
    let mut payments = payments::read(&columns)?.into_iter();
    Ok(Preorder {
        id: PreorderId::new(columns.get("id")?),
        user_id: columns.parse_some("user_id", |text| UserId::parse(text).ok())?,
        owner_email: columns.parse_some("owner_email", |text| Email::parse(text).ok())?,
        email: columns.parse("email", |text| Email::parse(text).ok())?,
        color: Color::recorded(columns.get("color")?),
        price_id: columns.parse_some("price_id", |text| PriceId::parse(text).ok())?,
        locale: columns.parse("locale", Locale::parse)?,
        contact: contact(&columns)?,
        form_contact: columns.parse_some("form_contact", |text| serde_json::from_str(text).ok())?,
        wishes: Wishes {
            customer_notes: columns.get("customer_notes")?,
            marketing_consent: marketing_consent(&columns)?,
        },
        status: columns.parse("status", Status::parse)?,
        checkout_attempt: columns.get("checkout_attempt")?,
        session: session(&columns)?,
        payment: payments.next(),
        further_payments: payments.collect(),
        disputed_at: columns.get("disputed_at")?,
        created_at: columns.get("created_at")?,
    })
}

/// Reads the contact that was given last, of which each field has a column.
fn contact(columns: &Columns<'_>) -> Result<Contact, Failure> {
    let mut contact = Contact::default();
    for field in contact.fields_mut() {
        *field.text = columns.get(field.column)?;
    }
    Ok(contact)
}

fn marketing_consent(columns: &Columns<'_>) -> Result<MarketingConsent, Failure> {
    let version = columns.parse_some("consent_text_version", |text| TextVersion::parse(text).ok())?;
    Ok(match (columns.get("marketing_consent")?, version) {
        (true, version) => MarketingConsent::Given(version),
        (false, Some(version)) => MarketingConsent::Unconfirmed(version),
        (false, None) => MarketingConsent::No,
    })
}

fn session(columns: &Columns<'_>) -> Result<Option<Session>, Failure> {
    let Some(id) = columns.parse_some("session_id", |text| SessionId::parse(text).ok())? else { return Ok(None) };
    Ok(Some(Session {
        id,
        url: columns.get("checkout_url")?,
        expires_at: columns.get("session_expires_at")?,
        state: columns.parse("session_state", SessionState::parse)?,
    }))
}
