//! The bodies of this function's responses.

use pledge_domain::{
    account::{Consent, StoredProfile},
    consent::TextVersion,
    email::Email,
    ids::{PreorderId, UserId},
    money::Currency,
    preorder::Preorder,
};
use pledge_http_api::{UtcTime, intake::Received};
use serde::Serialize;

/// The response to a form: the preorder that was stored.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct InitiatedPreorder {
    /// Always true.
    success: bool,
    /// The id, with which the preorder is paid and looked up.
    preorder_id: PreorderId,
    /// The short form of the id that customers see, such as `ROL-0A1B2C3D`.
    preorder_number: String,
    /// The preorder's owner; none if nobody is signed in, since it would reveal whether an address has an account.
    firebase_uid: Option<UserId>,
    /// The preorder's status, such as `initiated`.
    status: &'static str,
}

impl From<Received> for InitiatedPreorder {
    fn from(Received { preorder, is_signed_in }: Received) -> Self {
        Self {
            success: true,
            preorder_id: preorder.id,
            preorder_number: preorder.id.number(),
            firebase_uid: preorder.user_id.filter(|_| is_signed_in),
            status: preorder.status.name(),
        }
    }
}

/// A preorder without personal data, for anybody who has its id.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PublicPreorder {
    /// The id.
    preorder_id: PreorderId,
    /// The short form of the id that customers see, such as `ROL-0A1B2C3D`.
    preorder_number: String,
    /// The preorder's status, such as `completed`.
    status: &'static str,
    /// The colour.
    color: String,
    /// The amount that was paid, in minor units of the currency; none while nothing was paid.
    amount: Option<i64>,
    /// The currency of the amount.
    currency: Option<Currency>,
}

impl From<Preorder> for PublicPreorder {
    fn from(preorder: Preorder) -> Self {
        let paid = preorder.payment.as_ref().map(|payment| payment.amount);
        Self {
            preorder_id: preorder.id,
            preorder_number: preorder.id.number(),
            status: preorder.status.name(),
            color: preorder.color.as_str().to_owned(),
            amount: paid.map(|money| money.amount),
            currency: paid.map(|money| money.currency),
        }
    }
}

/// The stored profile of the signed-in reader.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UserProfile {
    /// The Firebase uid.
    user_id: UserId,
    /// The e-mail address; none if another user has proven that it is theirs.
    email: Option<Email>,
    /// Whether Firebase has verified the address.
    email_verified: bool,
    /// The name.
    display_name: Option<String>,
    /// The address of the picture.
    photo_url: Option<String>,
    /// The telephone number.
    phone: Option<String>,
    /// Whether the reader agrees to marketing: what `consent` says, if there is one.
    marketing_consent: bool,
    /// The consent or withdrawal that counts for the address; none if there is none, or if it was given before consents
    /// were recorded.
    consent: Option<OwnConsent>,
}

/// A consent to marketing, or its withdrawal.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OwnConsent {
    /// Whether the reader agreed; otherwise they withdrew.
    given: bool,
    /// When the reader said so.
    said_at: UtcTime,
    /// Where the reader said so: `preorder_form` or `account`.
    source: &'static str,
    /// The version of the text that the reader agreed to.
    text_version: Option<TextVersion>,
}

impl From<Consent> for OwnConsent {
    fn from(Consent { given, text_version, source, said_at }: Consent) -> Self {
        Self { given, said_at: UtcTime(said_at), source: source.name(), text_version }
    }
}

impl From<StoredProfile> for UserProfile {
    fn from(profile: StoredProfile) -> Self {
        // What counts for the address may come from a form that was sent while signed out, which changes no user's row.
        let marketing_consent = profile.consent.as_ref().map_or(profile.marketing_consent, |consent| consent.given);
        Self {
            user_id: profile.user,
            email: profile.address,
            email_verified: profile.address_verified,
            display_name: profile.display_name,
            photo_url: profile.photo_url,
            phone: profile.phone,
            marketing_consent,
            consent: profile.consent.map(OwnConsent::from),
        }
    }
}

/// The preorders of a reader.
#[derive(Debug, Serialize)]
pub struct OwnPreorders {
    /// The preorders, newest first.
    preorders: Vec<OwnPreorder>,
}

impl From<Vec<Preorder>> for OwnPreorders {
    fn from(preorders: Vec<Preorder>) -> Self {
        Self { preorders: preorders.into_iter().map(OwnPreorder::from).collect() }
    }
}

/// A preorder as its owner sees it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OwnPreorder {
    /// The part that anybody with the id may see.
    #[serde(flatten)]
    public: PublicPreorder,
    /// When the form was sent.
    created_at: UtcTime,
    /// When the preorder was paid; none if it isn't paid.
    paid_at: Option<UtcTime>,
    /// The refunded part of the amount, in minor units of its currency.
    refunded_amount: i64,
}

impl From<Preorder> for OwnPreorder {
    fn from(preorder: Preorder) -> Self {
        Self {
            created_at: UtcTime(preorder.created_at),
            paid_at: preorder.payment.as_ref().map(|payment| UtcTime(payment.paid_at)),
            refunded_amount: preorder.payment.as_ref().map_or(0, |payment| payment.refunded),
            public: preorder.into(),
        }
    }
}
