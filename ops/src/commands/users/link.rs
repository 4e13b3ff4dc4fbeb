//! `ops users link`: finds owners for preorders that were stored while Firebase didn't answer.

use std::collections::BTreeMap;

use pledge_domain::{
    account,
    error_chain::ErrorChain,
    ports::{IdentityProvider, PreorderStore, StoreError},
    preorder::Preorder,
};
use pledge_postgres::Database;

use crate::{
    arguments::Limit,
    console::{Done, Failure, Progress, dry_run, line, note, words::count},
    tools::Tools,
};

/// The number of failures in a row after which Firebase isn't asked any more.
const MAX_FAILURES: usize = 5;

/// The number of preorders that are read at once.
const PAGE: i64 = 500;

/// Finds or makes the account of each address, and gives it the preorders of the address.
pub async fn run(tools: &Tools, Limit { limit }: Limit, apply: bool) -> Result<Done, Failure> {
    let mut ownerless = Ownerless { store: tools.database()?, last: None };
    let limit = u64::try_from(limit)?;
    if apply { link(tools, ownerless, limit).await } else { show(&mut ownerless, limit).await }
}

async fn show(ownerless: &mut Ownerless, limit: u64) -> Result<Done, Failure> {
    let (mut preorders, mut addresses) = (0, 0);
    while preorders < limit
        && let Some(page) = ownerless.next_page().await?
    {
        for of_one_address in page.values() {
            line(numbers(of_one_address))?;
            preorders += of_one_address.len() as u64;
            addresses += 1;
        }
    }
    let addresses = if addresses == 1 { "1 address".to_owned() } else { format!("{addresses} addresses") };
    dry_run(format_args!("{} of {addresses} would be linked", count(preorders, "preorder")));
    Ok(Done::All)
}

async fn link(tools: &Tools, mut ownerless: Ownerless, limit: u64) -> Result<Done, Failure> {
    let accounts = tools.accounts()?;
    let (mut linked, mut left, mut failures) = (0, 0, 0);
    let mut progress = Progress::new("addresses", None);
    while linked < limit
        && let Some(page) = ownerless.next_page().await?
    {
        for preorders in page.into_values() {
            let Some(preorder) = preorders.first().filter(|_| linked < limit) else { break };
            progress.advance(1);
            match accounts.find_or_create(&preorder.email).await {
                Ok(account) if account.may_own_by_email() => {
                    failures = 0;
                    let given = ownerless
                        .store
                        .claim(&account::of_linked_account(&preorder.ordered(), &account), tools.now())
                        .await?;
                    linked += given;
                    line(format_args!("{}\t{given} linked to {}", preorder.id.number(), account.id))?;
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
    }
    drop(progress);
    let linked = count(linked, "preorder");
    note(format_args!("Linked: {linked}. Looked at and still without an owner: {left}."));
    Ok(if left == 0 { Done::All } else { Done::SomethingLeft })
}

/// The preorders without an owner, a page at a time.
struct Ownerless {
    store: Database,
    last: Option<Preorder>,
}

impl Ownerless {
    /// Returns the next oldest preorders, by address; none if there are no more.
    async fn next_page(&mut self) -> Result<Option<BTreeMap<String, Vec<Preorder>>>, StoreError> {
        let page = self.store.without_owner(self.last.as_ref(), PAGE).await?;
        let Some(last) = page.last() else { return Ok(None) };
        self.last = Some(last.clone());
        let mut by_address: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for preorder in page {
            by_address.entry(preorder.email.key()).or_default().push(preorder);
        }
        Ok(Some(by_address))
    }
}

/// Returns the numbers of preorders. Addresses aren't shown: the screen may be shared.
fn numbers(preorders: &[Preorder]) -> String {
    preorders.iter().map(|preorder| preorder.id.number()).collect::<Vec<_>>().join(" ")
}
