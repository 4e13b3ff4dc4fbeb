//! The statements that carry out claims: one for each claim. Each has the condition of all claims, so that no statement
//! needs to be sent before to read anything.

use pledge_domain::{
    Timestamp,
    account::{Claim, Claims, ConsentChange, Ownerless, Profile},
    consent::TextVersion,
    email::Email,
};

use crate::statement::{Statement, sql};

/// Returns the statements that carry out the claims, in their order.
pub(crate) fn statements(claims: &Claims, now: Timestamp) -> impl Iterator<Item = Statement<'_>> {
    claims.list.iter().map(move |claim| only_while(begin(claim), claims.only_while.as_ref()).time(now))
}

fn begin(claim: &Claim) -> Statement<'_> {
    match claim {
        Claim::Address { user, address, for_new_row } => {
            Statement::new(sql!("claim_address")).text(user.as_str()).text(address.as_str()).bool(*for_new_row)
        }
        Claim::Profile(profile) => self::profile(profile),
        Claim::Preorder { user, preorder } => {
            Statement::new(sql!("claim_preorder")).text(user.as_str()).uuid(preorder.as_uuid())
        }
        Claim::Consent(change) => consent(change),
        Claim::Preorders { user, address, from_address_alone } => {
            Statement::new(sql!("claim_preorders")).text(user.as_str()).text(address.as_str()).bool(*from_address_alone)
        }
    }
}

fn profile(profile: &Profile) -> Statement<'_> {
    Statement::new(sql!("claim_profile"))
        .text(profile.user.as_str())
        .text(profile.address.as_ref().map(Email::as_str))
        .bool(profile.address_verified)
        .text(profile.display_name.as_deref())
        .text(profile.photo_url.as_deref())
        .text(profile.phone.as_deref())
        .bool(profile.signed_in)
}

fn consent(change: &ConsentChange) -> Statement<'_> {
    let ConsentChange { user, address, proven, consent, announcement } = change;
    Statement::new(sql!("claim_consent"))
        .uuid(announcement.id.as_uuid())
        .text(user.as_ref().map(|user| user.as_str()))
        .text(address.as_str())
        .bool(consent.given)
        .bool(*proven)
        .text(consent.source.name())
        .text(consent.text_version.as_ref().map(TextVersion::as_str))
        .text(announcement.key.as_str())
        .text(announcement.kind.name())
        .json(&announcement.payload)
}

fn only_while<'a>(statement: Statement<'a>, ownerless: Option<&'a Ownerless>) -> Statement<'a> {
    statement
        .uuid(ownerless.map(|ownerless| ownerless.preorder.as_uuid()))
        .text(ownerless.map(|ownerless| ownerless.address.as_str()))
}
