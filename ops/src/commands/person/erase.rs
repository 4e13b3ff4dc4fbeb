//! `ops person erase`: forgets a person.

use std::collections::BTreeSet;

use pledge_domain::ports::Randomness;
use pledge_firebase::FirebaseClient;
use pledge_postgres::Database;
use pledge_runtime::System;
use tokio_postgres::Client;

use super::{erasure::Erasure, find};
use crate::{
    console::{
        Done, Failure, dry_run, line, note,
        words::{WIDTH, count, wrap},
    },
    klaviyo::Klaviyo,
    lookup::{Record, Section, Subject},
    tables::{Tables, sql},
    tools::Tools,
};

/// Forgets a person, or goes on where an earlier call was interrupted.
pub async fn erase(tools: &Tools, who: &str, apply: bool) -> Result<Done, Failure> {
    let database = tools.database()?;
    let mut tables = Tables::open(&database).await?;
    // Both clients are configured first, so that nothing is erased here if the configuration of one of them is missing.
    let (firebase, klaviyo) = (tools.accounts()?, tools.klaviyo()?);
    if let Some(erasure) = Erasure::unfinished(tables.client(), who.trim()).await? {
        note("An erasure was interrupted: what is stored here is forgotten already.");
        if !apply {
            dry_run("Firebase and Klaviyo would be asked again to forget them");
            return Ok(Done::All);
        }
        return finish(tools, &mut tables, &erasure, &firebase, &klaviyo).await;
    }
    let subject = find(&database, who).await?;
    let Some(erasure) = plan(&database, &subject).await? else {
        note("Nothing to do: this person is forgotten already.");
        return Ok(Done::All);
    };
    let live = tables.client().query(sql!("live_subscriptions"), &[&erasure.users]).await?;
    if !live.is_empty() {
        let ids = live.iter().map(|row| row.try_get::<_, &str>("id")).collect::<Result<Vec<_>, _>>()?;
        return Err(format!("{} may still be charged: end them first, then erase", ids.join(", ")).into());
    }
    if !apply {
        dry_run("this would be forgotten here, and Firebase and Klaviyo would be asked to forget them");
        return Ok(Done::All);
    }
    erasure.begin(tables.client(), &subject, tools.now()).await?;
    note("Here it is forgotten.");
    finish(tools, &mut tables, &erasure, &firebase, &klaviyo).await
}

/// Prints everything that is stored about the person, and returns the users, addresses and preorders to forget; none if
/// everything is forgotten already.
async fn plan(database: &Database, subject: &Subject) -> Result<Option<Erasure>, Failure> {
    let mut tables = Tables::open(database).await?;
    let client = tables.client();
    let people = Section::People.read(client, subject).await?;
    let preorders = Section::Preorders.read(client, subject).await?;
    let announcements = Section::Announcements.read(client, subject).await?;
    let consents = Section::Consents.read(client, subject).await?;
    let is_known = |record: &&Record| !record.text("email").starts_with("erased@");
    // A preorder of the person's address may belong to somebody else who typed the address into the form.
    let is_theirs = |record: &&Record| {
        record.some("user_id").is_none_or(|user| subject.people.is_empty() || subject.people.contains(user))
    };
    let (theirs, others): (Vec<_>, Vec<_>) = preorders.iter().filter(is_known).partition(is_theirs);
    let users: Vec<_> = people
        .iter()
        .filter(is_known)
        .map(|person| person.text("id"))
        .filter(|id| subject.people.contains(*id))
        .collect();
    if users.is_empty() && theirs.is_empty() {
        return Ok(None);
    }
    for user in &users {
        line(format_args!("user {user}"))?;
    }
    for preorder in &theirs {
        let paid = if preorder.text("status") == "completed" { ": paid; its postal address goes too" } else { "" };
        line(format_args!("preorder {}, {}{paid}", preorder.text("preorder_number"), preorder.text("status")))?;
    }
    let kept =
        announcements.iter().filter(|row| row.get("payload").as_object().is_some_and(|payload| !payload.is_empty()));
    line(format_args!("what is said in {}", count(kept.count(), "announcement")))?;
    if !consents.is_empty() {
        line(format_args!("what was said of marketing: {}", count(consents.len(), "statement")))?;
    }
    for preorder in others {
        note(format_args!("{} has this address and another owner: it stays", preorder.text("preorder_number")));
    }
    let mut emails: BTreeSet<_> = people
        .iter()
        .filter(|person| users.contains(&person.text("id")))
        .chain(theirs.iter().copied())
        .map(|record| record.text("email").to_lowercase())
        .filter(|email| !email.is_empty())
        .collect();
    // Klaviyo also knows former addresses for which the person agreed to marketing. Somebody else may have one by now.
    let by_them = |record: &&Record| record.some("user_id").is_some_and(|user| users.contains(&user));
    let former: Vec<_> = consents.iter().filter(by_them).map(|record| record.text("email").to_lowercase()).collect();
    let of_others = client.query(sql!("addresses_of_others"), &[&former, &users]).await?;
    let of_others = of_others.iter().map(|row| row.try_get("email")).collect::<Result<BTreeSet<String>, _>>()?;
    emails.extend(former.into_iter().filter(|email| !of_others.contains(email)));
    let ids = theirs.iter().filter_map(|preorder| preorder.text("id").parse().ok());
    Ok(Some(Erasure {
        id: System.uuid(),
        users: users.into_iter().map(str::to_owned).collect(),
        emails: emails.into_iter().collect(),
        preorders: ids.collect(),
    }))
}

/// Makes Firebase and Klaviyo forget the person, and then removes the record of the erasure.
async fn finish(
    tools: &Tools,
    tables: &mut Tables,
    erasure: &Erasure,
    firebase: &FirebaseClient,
    klaviyo: &Klaviyo,
) -> Result<Done, Failure> {
    for account in erasure.accounts()? {
        let was_there = firebase.delete(&account).await?;
        note(format_args!("Firebase: {account} is {}.", if was_there { "deleted" } else { "gone already" }));
    }
    for address in erasure.addresses() {
        klaviyo.delete_profile(&address).await?;
    }
    note(format_args!("Klaviyo: {} to be deleted.", count(erasure.addresses().len(), "profile")));
    let left = left_to_stripe(tables.client(), erasure).await?;
    erasure.finish(tables.client(), tools.now()).await?;
    note("Done. What still comes in about this person is kept without saying whose it is.");
    if left.is_empty() {
        return Ok(Done::All);
    }
    note("Left for you, in Stripe's dashboard (https://docs.stripe.com/privacy/redaction): redact");
    for part in wrap(&left.join(" "), WIDTH) {
        line(part)?;
    }
    Ok(Done::SomethingLeft)
}

async fn left_to_stripe(client: &Client, erasure: &Erasure) -> Result<Vec<String>, Failure> {
    let rows = client.query(sql!("redactable"), &[&erasure.users, &erasure.preorders]).await?;
    Ok(rows.iter().map(|row| row.try_get("id")).collect::<Result<_, _>>()?)
}
