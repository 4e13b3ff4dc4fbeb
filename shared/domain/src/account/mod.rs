//! The rules about people: which user row keeps an address that several could have, and which user owns a preorder.
//!
//! The functions here decide, and return [`Claims`], which say how rows are to change. A store carries out the claims in
//! order, each as one statement. What a claim depends on may change until then, so the statement checks it once more:
//! [`Ownerless`], that an address is in one user row at a time, and what [`Addresses`], [`ConsentChange`] and [`Profile`]
//! say of what is stored already.

mod claim;
mod consent;
pub mod matching;
mod takeover;

use crate::{
    Timestamp,
    consent::Answer,
    email::Email,
    ids::UserId,
    user::{Account, Ordered, Owner, VerifiedUser},
};
pub use claim::{Claim, Claims, Ownerless, Profile, SignedIn, StoredProfile};
pub use consent::{Consent, ConsentChange, ConsentSource, ListChange, list_change};
pub use takeover::{Addresses, Ground, Kept, UserState, may_take_over};

/// Returns the claims of a reader who signed in: their profile, and the address if the token proves it.
#[must_use]
pub fn sign_in(reader: &VerifiedUser) -> Claims {
    let mut list = Vec::from_iter(proven(reader).map(|address| takes_address(reader, address)));
    list.push(profile(reader, None));
    Claims { only_while: None, list }
}

/// Returns the claims of a reader who signed in and orders nothing: those of [`sign_in`] and, if the token proves the
/// address, its preorders that have no owner or one who is known by that address alone.
#[must_use]
pub fn signed_in(reader: &VerifiedUser) -> Claims {
    let mut claims = sign_in(reader);
    claims.list.extend(proven(reader).map(|address| proven_ones(reader, address)));
    claims
}

/// Returns the claim of a reader who says in their account whether they agree to marketing; none if their token has no
/// e-mail address.
#[must_use]
pub fn says_of_marketing(reader: &VerifiedUser, answer: &Answer, at: Timestamp) -> Option<Claim> {
    let (given, text_version) = match answer {
        Answer::Agreed(version) => (true, Some(version.clone())),
        Answer::Declined(version) => (false, version.clone()),
    };
    let consent = Consent { given, text_version, source: ConsentSource::Account, said_at: at };
    let address = reader.email.as_ref()?;
    let change = ConsentChange::of_account(&reader.id, address, reader.has_proven(address), consent);
    Some(Claim::Consent(Box::new(change)))
}

/// Returns the claims of the person who sent a preorder's form.
///
/// An owner who signed in gets the profile in the token, with the form's telephone number if the token has none. If the
/// token proves an address, they also get that address's preorders, as in [`signed_in`]. An owner who is known by the
/// address alone gets a user row if there is none and, if the account may own by its address, the address's other preorders
/// without an owner. Either owner gets this preorder. A consent to marketing in the form is claimed with either owner, and
/// with none.
#[must_use]
pub fn of_new_preorder(ordered: &Ordered, owner: &Owner) -> Claims {
    let mut list = Vec::new();
    match owner {
        Owner::SignedIn(reader) => {
            list.extend(proven(reader).map(|address| takes_address(reader, address)));
            list.push(profile(reader, Some(ordered)));
            list.extend(agreed(ordered, owner));
            list.extend(proven(reader).map(|address| proven_ones(reader, address)));
            list.push(Claim::Preorder { user: reader.id.clone(), preorder: ordered.preorder });
        }
        Owner::ByEmail(account) => {
            list.extend(row_of(account, &ordered.email));
            list.extend(agreed(ordered, owner));
            list.extend(account.may_own_by_email().then(|| all_of(account.id.clone(), &ordered.email)));
            list.push(Claim::Preorder { user: account.id.clone(), preorder: ordered.preorder });
        }
        Owner::Unknown => list.extend(agreed(ordered, owner)),
    }
    while_ownerless(ordered, list)
}

/// Returns the claims of an account that was found for a preorder whose owner was unknown: to a user row and to this
/// preorder alone.
#[must_use]
pub fn of_found_account(ordered: &Ordered, account: &Account) -> Claims {
    let mut list = row_of(account, &ordered.email);
    list.push(Claim::Preorder { user: account.id.clone(), preorder: ordered.preorder });
    while_ownerless(ordered, list)
}

/// Returns the claims of an account that may own by its address: to a user row and to every preorder of the address that
/// has no owner, `ordered` included. The claim to the preorders is the last in the list.
#[must_use]
pub fn of_linked_account(ordered: &Ordered, account: &Account) -> Claims {
    let mut list = row_of(account, &ordered.email);
    list.push(all_of(account.id.clone(), &ordered.email));
    while_ownerless(ordered, list)
}

fn while_ownerless(ordered: &Ordered, list: Vec<Claim>) -> Claims {
    let ownerless = Ownerless { preorder: ordered.preorder, address: ordered.email.clone() };
    Claims { only_while: Some(ownerless), list }
}

/// Returns the claim of the consent that a form gave, if it gave one. It must come before the claim that gives the preorder
/// an owner, since [`Ownerless`] doesn't hold afterwards. The user is known, and the address may count as proven, only if
/// the sender signed in.
fn agreed(ordered: &Ordered, owner: &Owner) -> Option<Claim> {
    let (user, proven) = match owner {
        Owner::SignedIn(reader) => (Some(&reader.id), reader.has_proven(&ordered.email)),
        Owner::ByEmail(_) | Owner::Unknown => (None, false),
    };
    let version = ordered.agreed_to.clone()?;
    let change = ConsentChange::of_form(ordered.preorder, &ordered.email, user, proven, version, ordered.at);
    Some(Claim::Consent(Box::new(change)))
}

/// Returns the address in the token if Firebase has verified it. An unverified address gives a user nothing.
fn proven(reader: &VerifiedUser) -> Option<&Email> {
    reader.email.as_ref().filter(|_| reader.email_verified)
}

fn takes_address(reader: &VerifiedUser, address: &Email) -> Claim {
    Claim::Address { user: reader.id.clone(), address: address.clone(), for_new_row: false }
}

fn all_of(user: UserId, address: &Email) -> Claim {
    Claim::Preorders { user, address: address.clone(), from_address_alone: false }
}

/// Returns the claim to the preorders of an address that a token proves. It includes preorders of another account that is
/// known by the address alone: Firebase may have had two accounts with one address, and the one that signs in counts.
fn proven_ones(reader: &VerifiedUser, address: &Email) -> Claim {
    Claim::Preorders { user: reader.id.clone(), address: address.clone(), from_address_alone: true }
}

fn profile(reader: &VerifiedUser, ordered: Option<&Ordered>) -> Claim {
    Claim::Profile(Box::new(Profile {
        user: reader.id.clone(),
        address: reader.email.clone(),
        address_verified: reader.email_verified,
        display_name: reader.display_name.clone(),
        photo_url: reader.photo_url.clone(),
        phone: reader.phone.clone().or_else(|| ordered?.phone.clone()),
        signed_in: true,
    }))
}

/// Returns the claims to a user row for an account that is known by its address alone.
fn row_of(account: &Account, address: &Email) -> Vec<Claim> {
    let (user, address) = (account.id.clone(), address.clone());
    let mut list = Vec::new();
    if account.email_verified {
        list.push(Claim::Address { user: user.clone(), address: address.clone(), for_new_row: true });
    }
    list.push(Claim::Profile(Box::new(Profile {
        user,
        address: Some(address),
        address_verified: account.email_verified,
        display_name: None,
        photo_url: None,
        phone: None,
        signed_in: false,
    })));
    list
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{consent::TextVersion, ids::PreorderId};

    fn ordered() -> Ordered {
        Ordered {
            preorder: PreorderId::parse("0a1b2c3d-0000-4000-8000-000000000000").unwrap(),
            email: Email::parse("ada@example.com").unwrap(),
            phone: Some("+85251234567".into()),
            agreed_to: None,
            at: Timestamp::UNIX_EPOCH,
        }
    }

    fn reader(email_verified: bool) -> VerifiedUser {
        VerifiedUser {
            id: UserId::parse("ada").unwrap(),
            email: Some(Email::parse("ada@example.com").unwrap()),
            email_verified,
            display_name: None,
            photo_url: None,
            phone: None,
            is_anonymous: false,
        }
    }

    fn kinds(claims: &Claims) -> Vec<&'static str> {
        let kind = |claim: &Claim| match claim {
            Claim::Address { .. } => "address",
            Claim::Profile(_) => "profile",
            Claim::Preorder { .. } => "preorder",
            Claim::Preorders { .. } => "preorders",
            Claim::Consent(_) => "consent",
        };
        claims.list.iter().map(kind).collect()
    }

    #[test]
    fn only_a_proven_address_is_taken_from_others_and_brings_earlier_preorders() {
        assert_eq!(kinds(&sign_in(&reader(true))), ["address", "profile"]);
        assert_eq!(kinds(&sign_in(&reader(false))), ["profile"]);
        assert_eq!(kinds(&signed_in(&reader(true))), ["address", "profile", "preorders"]);
        assert_eq!(kinds(&signed_in(&reader(false))), ["profile"]);
        let preordered = |verified| kinds_of(&Owner::SignedIn(reader(verified)));
        assert_eq!(preordered(true), ["address", "profile", "preorders", "preorder"]);
        assert_eq!(preordered(false), ["profile", "preorder"]);
    }

    #[test]
    fn an_account_that_somebody_else_may_have_made_gets_nothing_but_this_preorder() {
        let account = |email_verified, claimed| {
            Owner::ByEmail(Account { id: UserId::parse("ada").unwrap(), email_verified, claimed })
        };
        assert_eq!(kinds_of(&account(false, true)), ["profile", "preorder"]);
        assert_eq!(kinds_of(&account(false, false)), ["profile", "preorders", "preorder"]);
        assert_eq!(kinds_of(&account(true, true)), ["address", "profile", "preorders", "preorder"]);
        assert!(kinds_of(&Owner::Unknown).is_empty());
    }

    #[test]
    fn everything_about_a_preorder_counts_only_while_it_has_no_owner() {
        let account = Account { id: UserId::parse("ada").unwrap(), email_verified: true, claimed: true };
        let ownerless = Some(Ownerless { preorder: ordered().preorder, address: ordered().email });
        for claims in [of_found_account(&ordered(), &account), of_linked_account(&ordered(), &account)] {
            assert_eq!(claims.only_while, ownerless);
        }
        assert_eq!(sign_in(&reader(true)).only_while, None);
    }

    fn kinds_of(owner: &Owner) -> Vec<&'static str> {
        kinds(&of_new_preorder(&ordered(), owner))
    }

    #[test]
    fn consent_is_claimed_while_the_preorder_has_no_owner_and_proven_by_a_token_alone() {
        let ordered = Ordered { agreed_to: Some(TextVersion::parse("v1").unwrap()), ..ordered() };
        let account = Account { id: UserId::parse("ada").unwrap(), email_verified: true, claimed: true };
        let stranger = VerifiedUser { email: Some(Email::parse("bob@example.com").unwrap()), ..reader(true) };
        for (owner, expected) in [
            (Owner::SignedIn(reader(true)), Some(true)),
            (Owner::SignedIn(reader(false)), Some(false)),
            (Owner::SignedIn(stranger), Some(false)),
            (Owner::ByEmail(account), Some(false)),
            (Owner::Unknown, Some(false)),
        ] {
            let claims = of_new_preorder(&ordered, &owner);
            let kinds = kinds(&claims);
            let place = |kind| kinds.iter().position(|it| *it == kind);
            assert!(place("profile") < place("consent"), "{kinds:?}");
            for gives in ["preorder", "preorders"] {
                assert!(place(gives).is_none_or(|gives| place("consent").unwrap() < gives), "{kinds:?}");
            }
            let change = claims.list.iter().find_map(|claim| match claim {
                Claim::Consent(change) => Some(change),
                _ => None,
            });
            assert_eq!(change.map(|change| change.proven), expected, "{owner:?}");
        }
    }

    #[test]
    fn a_reader_without_an_address_has_nothing_to_agree_to() {
        let answer = Answer::Declined(None);
        assert!(says_of_marketing(&reader(true), &answer, Timestamp::UNIX_EPOCH).is_some());
        let nameless = VerifiedUser { email: None, ..reader(true) };
        assert_eq!(says_of_marketing(&nameless, &answer, Timestamp::UNIX_EPOCH), None);
    }
}
