//! `ops users merge`: gives everything of one user to another, when an operator says that they are one person.

use std::sync::Mutex;

use pledge_domain::{
    account::Ground,
    champion::Moment,
    decide::{TakeoverPlan, TakeoverRefusal, TwoUsers, take_over},
    ids::UserId,
    ports::AccountStore,
};

use crate::{
    console::{Done, Failure, dry_run, line, note},
    tools::Tools,
};

/// The reason why nothing was written.
enum Left {
    Refused(TakeoverRefusal),
    OnlyLooked,
}

/// Shows the payments and the live subscription of both users for every novel, and gives everything to the successor.
pub async fn run(tools: &Tools, former: &UserId, successor: &UserId, apply: bool) -> Result<Done, Failure> {
    let moment = Moment { now: tools.now(), renewal_grace: tools.renewal_grace()? };
    let seen = Mutex::new(Vec::new());
    let decide = |users: TwoUsers| -> Result<TakeoverPlan, Left> {
        if let Ok(mut seen) = seen.lock() {
            *seen = described(&users);
        }
        let plan = take_over(users, Ground::Merged, moment).map_err(Left::Refused)?;
        if apply { Ok(plan) } else { Err(Left::OnlyLooked) }
    };
    let joined = tools.database()?.take_over(former, successor, tools.now(), decide).await?;
    for novel in seen.into_inner().unwrap_or_default() {
        line(novel)?;
    }
    match joined {
        Ok(()) => note(format_args!("everything of {former} is {successor}'s")),
        Err(Left::OnlyLooked) => dry_run(format_args!("everything of {former} would become {successor}'s")),
        Err(Left::Refused(refusal @ TakeoverRefusal::Conflict { .. })) => {
            note(format_args!("nothing was joined: {refusal}; end one of them at Stripe, then repeat"));
            return Ok(Done::SomethingLeft);
        }
        Err(Left::Refused(TakeoverRefusal::Kept(kept))) => {
            note(format_args!("nothing was joined: {kept}"));
            return Ok(Done::SomethingLeft);
        }
    }
    Ok(Done::All)
}

/// Returns a line for each of the two users and each novel: the number of payments, and the live subscription.
fn described(users: &TwoUsers) -> Vec<String> {
    let both = users.novels.iter().flat_map(|novel| [&novel.former, &novel.successor]);
    both.map(|account| {
        let live = account.live_subscription().map_or("none", |it| it.id.as_str());
        let (novel, user, payments) = (account.key.novel.get(), &account.key.user, account.payments.len());
        format!("novel {novel}\t{user}\t{payments} payments\tlive subscription: {live}")
    })
    .collect()
}
