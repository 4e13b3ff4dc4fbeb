//! Giving preorders to people: who may have what is the domain's decision, here it becomes statements.
//!
//! All of them do nothing unless the preorder has no owner at that moment, so they can be sent before anybody has
//! looked.

use pledge_domain::{
    Timestamp,
    email::Email,
    ids::{PreorderId, UserId},
    preorder::initiate::NewPreorder,
    user::{Account, Owner, VerifiedUser},
};

use crate::statement::{Statement, sql};

/// The statements that give a preorder to its owner, and earlier ones of the same address if the owner is proven.
pub(crate) fn give_new(new: &NewPreorder) -> Vec<Statement<'_>> {
    let (id, email, now) = (new.preorder.id, Some(&new.preorder.email), new.preorder.created_at);
    let mut statements = Vec::new();
    match &new.owner {
        Owner::SignedIn(user) => {
            let proven = user.email.as_ref().filter(|_| user.email_verified);
            statements.extend(proven.map(|address| release(&user.id, id, email, Some(address), now)));
            statements.push(sign_in(user, new));
            statements.extend(proven.map(|address| link(&user.id, id, email, Some(address), now)));
            statements.push(give(&user.id, id, email, now));
        }
        Owner::ByEmail(account) => {
            statements.extend(ensure_account(account, id, email, now));
            if account.may_own_by_email() {
                statements.push(link(&account.id, id, email, None, now));
            }
            statements.push(give(&account.id, id, email, now));
        }
        Owner::Unknown => {}
    }
    statements
}

/// The statements that make a row for the account of the preorder's address, if it has none. `email` must be the
/// preorder's, if it is known.
pub(crate) fn ensure_account<'a>(
    account: &'a Account,
    id: PreorderId,
    email: Option<&'a Email>,
    now: Timestamp,
) -> Vec<Statement<'a>> {
    let mut statements = Vec::new();
    if account.email_verified {
        let release = Statement::new(sql!("release_account_email"));
        statements.push(whose(release, &account.id, id, email).time(now));
    }
    let insert = Statement::new(sql!("insert_account"));
    statements.push(whose(insert, &account.id, id, email).bool(account.email_verified).time(now));
    statements
}

/// The preorder alone becomes the user's.
pub(crate) fn give<'a>(user: &'a UserId, id: PreorderId, email: Option<&'a Email>, now: Timestamp) -> Statement<'a> {
    whose(Statement::new(sql!("give_preorder")), user, id, email).time(now)
}

/// Every ownerless preorder of the address becomes the user's; of the preorder's own address if none is given.
pub(crate) fn link<'a>(
    user: &'a UserId,
    id: PreorderId,
    email: Option<&'a Email>,
    address: Option<&'a Email>,
    now: Timestamp,
) -> Statement<'a> {
    whose(Statement::new(sql!("link_preorders")), user, id, email).text(address.map(Email::as_str)).time(now)
}

/// The user takes over the address from whoever's row has it.
fn release<'a>(
    user: &'a UserId,
    id: PreorderId,
    email: Option<&'a Email>,
    address: Option<&'a Email>,
    now: Timestamp,
) -> Statement<'a> {
    whose(Statement::new(sql!("release_email")), user, id, email).text(address.map(Email::as_str)).time(now)
}

/// Inserts or updates the user's profile from their token, and from what else they wrote into the form.
fn sign_in<'a>(user: &'a VerifiedUser, new: &'a NewPreorder) -> Statement<'a> {
    let preorder = &new.preorder;
    whose(Statement::new(sql!("sign_in")), &user.id, preorder.id, Some(&preorder.email))
        .text(user.email.as_ref().map(Email::as_str))
        .bool(user.email_verified)
        .text(user.display_name.as_deref())
        .text(user.photo_url.as_deref())
        .text(preorder.contact.phone.as_deref())
        .bool(preorder.marketing_consent)
        .time(preorder.created_at)
}

/// The parameters `$1` to `$3` that all of them begin with: the user, the preorder, and the address that the preorder
/// must have. An id that was used with another address is somebody else's preorder.
fn whose<'a>(statement: Statement<'a>, user: &'a UserId, id: PreorderId, email: Option<&'a Email>) -> Statement<'a> {
    statement.text(user.as_str()).uuid(id.as_uuid()).text(email.map(Email::as_str))
}
