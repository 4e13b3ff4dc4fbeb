//! Statements that lock a reader and a novel and read everything about them.

use pledge_domain::{
    champion::{ChampionAccount, ChampionKey},
    email::Email,
    ids::{CustomerId, InvoiceId, NovelId, PaymentIntentId, SubscriptionId, UserId},
    stripe::Lookup,
};
use tokio_postgres::Row;

use crate::{
    champion::rows,
    columns::Columns,
    error::Failure,
    statement::{Statement, sql},
};

/// Returns the statement that locks this reader and novel; if the reader was taken over, it locks the successor.
pub(crate) fn lock(key: &ChampionKey) -> Statement<'_> {
    Statement::new(sql!("lock_champion"))
        .text(key.user.as_str())
        .bigint(key.novel.get())
        .text(None)
        .text(None)
        .text(None)
}

/// Returns the statement that finds the reader and the novel of an event, and locks them.
pub(crate) fn find_and_lock(keys: &Lookup) -> Statement<'_> {
    Statement::new(sql!("lock_champion"))
        .text(keys.champion.as_ref().map(|key| key.user.as_str()))
        .bigint(keys.champion.as_ref().map(|key| key.novel.get()))
        .text(keys.subscription.as_ref().map(SubscriptionId::as_str))
        .text(keys.invoice.as_ref().map(InvoiceId::as_str))
        .text(keys.payment_intent.as_ref().map(PaymentIntentId::as_str))
}

/// Returns the reader and the novel in the rows of [`lock`] or [`find_and_lock`]; none if nobody was found.
pub(crate) fn found(rows: &[Row]) -> Result<Option<ChampionKey>, Failure> {
    rows.first().map(key).transpose()
}

/// Returns the reader and the novel in the columns `user_id` and `novel_id`.
pub(crate) fn key(row: &Row) -> Result<ChampionKey, Failure> {
    let columns = Columns(row);
    Ok(ChampionKey {
        user: columns.parse("user_id", |text| UserId::parse(text).ok())?,
        novel: NovelId::new(columns.get("novel_id")?).map_err(|_| Failure::Corrupt("novel_id"))?,
    })
}

/// Returns the statement that reads the tiers of a novel, lowest first.
pub(crate) fn tiers(novel: NovelId) -> Statement<'static> {
    Statement::new(sql!("champion_tiers")).bigint(novel.get())
}

/// The number of statements that read one account.
const READS: usize = 5;

/// Returns the statements whose rows [`build`] needs. `invoice` is the event's, whose payment at Stripe is read too.
pub(crate) fn account<'a>(key: &'a ChampionKey, invoice: Option<&'a InvoiceId>) -> [Statement<'a>; READS] {
    let (user, novel) = (key.user.as_str(), key.novel.get());
    [
        Statement::new(sql!("champion_reader")).text(user).bigint(novel),
        tiers(key.novel),
        Statement::new(sql!("champion_payments")).text(user).bigint(novel),
        Statement::new(sql!("champion_subscriptions")).text(user).bigint(novel),
        Statement::new(sql!("champion_intents")).text(user).bigint(novel).text(invoice.map(InvoiceId::as_str)),
    ]
}

/// Returns the statements whose rows [`build_all`] needs.
pub(crate) fn accounts(keys: &[ChampionKey]) -> Vec<Statement<'_>> {
    keys.iter().flat_map(|key| account(key, None)).collect()
}

/// Returns the account of each key from the rows of [`accounts`], in the order of the keys.
///
/// # Errors
/// Those of [`build`].
pub(crate) fn build_all(keys: &[ChampionKey], answers: &[Vec<Row>]) -> Result<Vec<ChampionAccount>, Failure> {
    keys.iter().zip(answers.chunks(READS)).map(|(key, answers)| build(key.clone(), answers)).collect()
}

/// Returns the account from the rows of [`account`].
///
/// # Errors
/// [`Failure::HandedOver`] if the reader was taken over before the account was locked; a repeat locks the successor's.
pub(crate) fn build(key: ChampionKey, answers: &[Vec<Row>]) -> Result<ChampionAccount, Failure> {
    let [reader, tiers, payments, subscriptions, intents] = answers else {
        return Err(Failure::Missing("answer"));
    };
    let mut account = ChampionAccount::new(key);
    if let Some(reader) = reader.first() {
        let columns = Columns(reader);
        account.email = columns.parse_some("email", |text| Email::parse(text).ok())?;
        account.customer = columns.parse_some("stripe_customer_id", |text| CustomerId::parse(text).ok())?;
        account.email_is_unproven = columns.get("email_is_unproven")?;
        account.customer_is_outdated = columns.get("customer_is_outdated")?;
        account.marketing_consent = columns.get("marketing_consent")?;
        account.ends_announced_until = columns.get("ends_announced_until")?;
        if columns.get("is_former")? {
            return Err(Failure::HandedOver);
        }
    }
    account.tiers = tiers.iter().map(rows::tier).collect::<Result<_, _>>()?;
    account.payments = payments.iter().map(rows::payment).collect::<Result<_, _>>()?;
    account.subscriptions = subscriptions.iter().map(rows::subscription).collect::<Result<_, _>>()?;
    account.intents = intents.iter().map(rows::intent).collect::<Result<_, _>>()?;
    account.apply_facts();
    Ok(account)
}
