//! The takeover, in which one user gets everything of another.

use pledge_domain::{
    Timestamp,
    account::{Addresses, UserState},
    champion::ChampionKey,
    decide::{NovelOfTwo, TakeoverPlan, TwoUsers},
    email::Email,
    ids::{CustomerId, NovelId, UserId},
};
use tokio_postgres::Row;

use crate::{
    champion::{
        read,
        write::{self, Documents},
    },
    columns::Columns,
    error::Failure,
    lease::Lease,
    statement::{Statement, sql},
};

/// Takes a user over in three round trips: lock and read both users, read their accounts, then write and commit. Returns
/// the refusal of `decide` in the inner `Err`.
pub(crate) async fn take_over<Refusal>(
    lease: Lease,
    former: &UserId,
    successor: &UserId,
    now: Timestamp,
    decide: &(impl Fn(TwoUsers) -> Result<TakeoverPlan, Refusal> + Sync),
) -> Result<Result<(), Refusal>, Failure> {
    let both = || vec![former.to_string(), successor.to_string()];
    let reads = vec![
        Statement::new(sql!("lock_users")).texts(both()),
        Statement::new(sql!("lock_champions")).texts(both()),
        Statement::new(sql!("two_users")).text(former.as_str()).text(successor.as_str()),
        Statement::new(sql!("novels_of_users")).texts(both()),
    ];
    let (transaction, answers) = lease.begin(reads).await?;
    let [_, _, users, novels] = answers.as_slice() else { return Err(Failure::Missing("answer")) };
    let users = users.iter().map(user).collect::<Result<Vec<_>, _>>()?;
    let novel = |row: &Row| NovelId::new(Columns(row).get("novel_id")?).map_err(|_| Failure::Corrupt("novel_id"));
    let novels = novels.iter().map(novel).collect::<Result<Vec<_>, _>>()?;
    let key = |user: &UserId, novel| ChampionKey { user: user.clone(), novel };
    // If one of the two was taken over before, the takeover is refused whatever the accounts are.
    let novels = if users.iter().any(|user| user.taken_by.is_some()) { Vec::new() } else { novels };
    let keys: Vec<_> = novels.into_iter().flat_map(|novel| [key(former, novel), key(successor, novel)]).collect();
    let mut accounts = read::build_all(&keys, &transaction.query(read::accounts(&keys)).await?)?.into_iter();
    let mut novels = Vec::new();
    while let (Some(former), Some(successor)) = (accounts.next(), accounts.next()) {
        novels.push(NovelOfTwo { former, successor });
    }
    let find = |id: &UserId| users.iter().find(|user| user.id == *id).cloned();
    let plan = match decide(TwoUsers { former: find(former), successor: find(successor), novels }) {
        Ok(plan) => plan,
        Err(refusal) => {
            transaction.rollback().await?;
            return Ok(Err(refusal));
        }
    };
    let documents: Vec<_> = plan.novels.iter().map(|novel| Documents::of(&novel.write)).collect();
    let mut writes: Vec<_> = plan.closed.iter().map(|(key, payment)| write::payment(key, payment, now)).collect();
    writes.push(
        Statement::new(sql!("take_over"))
            .text(former.as_str())
            .text(successor.as_str())
            .text(plan.ground.name())
            .time(now)
            .text(plan.customer.as_ref().map(CustomerId::as_str)),
    );
    writes.extend(
        plan.customer
            .as_ref()
            .map(|customer| Statement::new(sql!("save_customer")).text(successor.as_str()).text(customer.as_str())),
    );
    for (novel, documents) in plan.novels.iter().zip(&documents) {
        writes.extend(write::statements(&novel.write, documents, now));
    }
    transaction.commit(writes).await?;
    Ok(Ok(()))
}

fn user(row: &Row) -> Result<UserState, Failure> {
    let columns = Columns(row);
    let address = |column| columns.parse_some(column, |text| Email::parse(text).ok());
    Ok(UserState {
        id: columns.parse("id", |text| UserId::parse(text).ok())?,
        addresses: Addresses {
            own: address("email")?,
            own_is_verified: columns.get("email_verified")?,
            has_signed_in: columns.get("signed_in")?,
            lost: address("lost_email")?,
            lost_was_proven: columns.get("lost_email_proven")?,
        },
        customer: columns.parse_some("stripe_customer_id", |text| CustomerId::parse(text).ok())?,
        taken_by: columns.parse_some("taken_by", |text| UserId::parse(text).ok())?,
    })
}
