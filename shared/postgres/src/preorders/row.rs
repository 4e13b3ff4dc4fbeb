//! A preorder as columns.

use pledge_domain::{
    email::Email,
    ids::{PaymentIntentId, PreorderId, PriceId, SessionId, UserId},
    locale::Locale,
    money::{Currency, Money},
    preorder::{Color, Contact, Payment, Preorder, Session, SessionState, Status},
};
use tokio_postgres::Row;

use crate::{columns::Columns, error::Failure, statement::Statement};

/// Adds the parameters `$1` to `$28` that every write of a whole preorder begins with; its owner isn't among them.
pub(crate) fn bind<'a>(statement: Statement<'a>, preorder: &'a Preorder) -> Statement<'a> {
    let Preorder { contact, session, payment, .. } = preorder;
    let session = session.as_ref();
    let payment = payment.as_ref();
    statement
        .uuid(preorder.id.as_uuid())
        .text(preorder.email.as_str())
        .text(preorder.color.as_str())
        .text(preorder.price_id.as_ref().map(PriceId::as_str))
        .text(preorder.locale.tag())
        .text(contact.first_name.as_deref())
        .text(contact.last_name.as_deref())
        .text(contact.phone.as_deref())
        .text(contact.address_line1.as_deref())
        .text(contact.address_line2.as_deref())
        .text(contact.city.as_deref())
        .text(contact.state.as_deref())
        .text(contact.postal_code.as_deref())
        .text(contact.country.as_deref())
        .text(preorder.customer_notes.as_deref())
        .bool(preorder.marketing_consent)
        .text(preorder.status.name())
        .int(preorder.checkout_attempt)
        .text(session.map(|session| session.id.as_str()))
        .text(session.map(|session| session.state.name()))
        .time(session.and_then(|session| session.expires_at))
        .text(session.and_then(|session| session.url.as_deref()))
        .text(payment.and_then(|payment| payment.intent.as_ref()).map(PaymentIntentId::as_str))
        .bigint(payment.map(|payment| payment.amount.amount))
        .text(payment.map(|payment| payment.amount.currency.as_str()))
        .time(payment.map(|payment| payment.paid_at))
        .bigint(payment.map_or(0, |payment| payment.refunded))
        .text(payment.and_then(|payment| payment.dispute.as_deref()))
}

/// Reads a row of `preorders`.
pub(crate) fn read(row: &Row) -> Result<Preorder, Failure> {
    let columns = Columns(row);
    Ok(Preorder {
        id: PreorderId::new(columns.get("id")?),
        user_id: columns.parse_some("user_id", |text| UserId::parse(text).ok())?,
        email: columns.parse("email", |text| Email::parse(text).ok())?,
        color: Color::recorded(columns.get("color")?),
        price_id: columns.parse_some("price_id", |text| PriceId::parse(text).ok())?,
        locale: columns.parse("locale", Locale::parse)?,
        contact: contact(&columns)?,
        customer_notes: columns.get("customer_notes")?,
        marketing_consent: columns.get("marketing_consent")?,
        status: columns.parse("status", Status::parse)?,
        checkout_attempt: columns.get("checkout_attempt")?,
        session: session(&columns)?,
        payment: payment(&columns)?,
        created_at: columns.get("created_at")?,
    })
}

fn contact(columns: &Columns<'_>) -> Result<Contact, Failure> {
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

fn session(columns: &Columns<'_>) -> Result<Option<Session>, Failure> {
    let Some(id) = columns.parse_some("session_id", |text| SessionId::parse(text).ok())? else { return Ok(None) };
    Ok(Some(Session {
        id,
        url: columns.get("checkout_url")?,
        expires_at: columns.get("session_expires_at")?,
        state: columns.parse("session_state", SessionState::parse)?,
    }))
}

fn payment(columns: &Columns<'_>) -> Result<Option<Payment>, Failure> {
    let Some(paid_at) = columns.get("paid_at")? else { return Ok(None) };
    let currency = columns.parse("currency", |text| Currency::parse(text).ok())?;
    Ok(Some(Payment {
        intent: columns.parse_some("payment_intent_id", |text| PaymentIntentId::parse(text).ok())?,
        amount: Money::new(columns.get("amount")?, currency),
        paid_at,
        refunded: columns.get("refunded_amount")?,
        dispute: columns.get("dispute_status")?,
    }))
}
