//! `ops users link`: owners for preorders that were stored while Firebase didn't answer.

use std::collections::BTreeMap;

use pledge_domain::{
    error_chain::ErrorChain,
    ports::{IdentityProvider, PreorderStore},
    preorder::Preorder,
};

use crate::{
    arguments::Limit,
    console::{Done, Failure, Progress, dry_run, line, note},
    tools::Tools,
};

/// After so many failures in a row, Firebase isn't asked any more.
const MAX_FAILURES: usize = 5;

/// Finds or makes the account of each address, and gives it the preorders of the address.
pub async fn run(tools: &Tools, Limit { limit }: Limit, apply: bool) -> Result<Done, Failure> {
    let database = tools.database()?;
    let accounts = tools.accounts()?;
    let ownerless = database.without_owner(limit).await?;
    let found = ownerless.len();
    let by_address = by_address(ownerless);
    if !apply {
        for preorders in by_address.values() {
            line(numbers(preorders))?;
        }
        dry_run(format_args!("{found} preorders of {} addresses would be linked", by_address.len()));
        return Ok(Done::All);
    }
    let (mut left, mut failures) = (0, 0);
    let mut progress = Progress::new("addresses", by_address.len());
    for preorders in by_address.into_values() {
        progress.advance(1);
        let Some(preorder) = preorders.first() else { continue };
        match accounts.find_or_create(&preorder.email).await {
            Ok(account) if account.may_own_by_email() => {
                failures = 0;
                let linked = database.link_owner(preorder.id, &account, tools.now()).await?;
                line(format_args!("{}\t{linked} linked to {}", preorder.id.number(), account.id))?;
            }
            Ok(_) => {
                failures = 0;
                left += preorders.len();
                let why = "somebody signed up with the address without proving that it is theirs";
                line(format_args!("{}\tleft: {why}", numbers(&preorders)))?;
            }
            Err(error) => {
                failures += 1;
                left += preorders.len();
                line(format_args!("{}\tfailed: {}", numbers(&preorders), ErrorChain(&error)))?;
                if failures == MAX_FAILURES {
                    return Err("Firebase does not answer; what is linked stays linked".into());
                }
            }
        }
    }
    drop(progress);
    note(format_args!("{left} preorders have no owner yet"));
    Ok(if left == 0 { Done::All } else { Done::SomethingLeft })
}

fn by_address(preorders: Vec<Preorder>) -> BTreeMap<String, Vec<Preorder>> {
    let mut by_address: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for preorder in preorders {
        by_address.entry(preorder.email.key()).or_default().push(preorder);
    }
    by_address
}

/// What people call the preorders; an address has no place on a screen that may be shared.
fn numbers(preorders: &[Preorder]) -> String {
    preorders.iter().map(|preorder| preorder.id.number()).collect::<Vec<_>>().join(" ")
}
