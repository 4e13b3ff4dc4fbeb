//! The store of users and their belongings.

use pledge_domain::{
    Timestamp,
    account::{Claims, Consent, ConsentSource, SignedIn, StoredProfile},
    consent::TextVersion,
    decide::{TakeoverPlan, TwoUsers},
    email::Email,
    ids::UserId,
    ports::{AccountStore, StoreError},
    preorder::Preorder,
};
use tokio_postgres::Row;

use crate::{
    Database, claims,
    columns::Columns,
    error::Failure,
    lease::Lease,
    preorders::row,
    statement::{Statement, sql},
    takeover,
};

impl AccountStore for Database {
    async fn record_sign_in(&self, user: &UserId, claims: &Claims, now: Timestamp) -> Result<SignedIn, StoreError> {
        self.run(|lease| sign_in(lease, user, claims, now)).await
    }

    async fn preorders_of(&self, user: &UserId, limit: i64) -> Result<Vec<Preorder>, StoreError> {
        self.run(|lease| async move {
            let statement = Statement::new(sql!("preorder", "preorders_of_user")).text(user.as_str()).bigint(limit);
            lease.query(statement).await?.iter().map(row::read).collect()
        })
        .await
    }

    async fn take_over<Refusal: Send>(
        &self,
        former: &UserId,
        successor: &UserId,
        now: Timestamp,
        decide: impl Fn(TwoUsers) -> Result<TakeoverPlan, Refusal> + Send + Sync,
    ) -> Result<Result<(), Refusal>, StoreError> {
        self.run(|lease| takeover::take_over(lease, former, successor, now, &decide)).await
    }
}

async fn sign_in(lease: Lease, user: &UserId, claims: &Claims, now: Timestamp) -> Result<SignedIn, Failure> {
    let mut statements = Vec::from_iter(claims::statements(claims, now));
    statements.push(Statement::new(sql!("user_profile")).text(user.as_str()));
    let rows = lease.transaction(statements).await?.pop().unwrap_or_default();
    read(rows.first().ok_or(Failure::Missing("user"))?)
}

fn read(row: &Row) -> Result<SignedIn, Failure> {
    let columns = Columns(row);
    let before: Vec<String> = columns.get("had_address_before")?;
    let had_address_before =
        before.into_iter().map(UserId::parse).collect::<Result<_, _>>().map_err(|_| Failure::Corrupt("id"))?;
    let profile = StoredProfile {
        user: columns.parse("id", |text| UserId::parse(text).ok())?,
        address: columns.parse_some("email", |text| Email::parse(text).ok())?,
        address_verified: columns.get("email_verified")?,
        display_name: columns.get("display_name")?,
        photo_url: columns.get("photo_url")?,
        phone: columns.get("phone")?,
        marketing_consent: columns.get("marketing_consent")?,
        consent: consent(&columns)?,
    };
    Ok(SignedIn { profile, had_address_before })
}

fn consent(columns: &Columns<'_>) -> Result<Option<Consent>, Failure> {
    let Some(given) = columns.get("given")? else { return Ok(None) };
    Ok(Some(Consent {
        given,
        text_version: columns.parse_some("text_version", |text| TextVersion::parse(text).ok())?,
        source: columns.parse("source", ConsentSource::parse)?,
        said_at: columns.get("said_at")?,
    }))
}
