//! Parses and checks the bodies and queries of requests.

use lambda_http::{RequestExt, http::StatusCode};
use pledge_domain::{
    champion::TierLevel,
    fields::{FieldErrors, FormFields},
    ids::{NovelId, PaymentMethodId},
    locale::Locale,
    user::VerifiedUser,
};
use pledge_http_api::{ApiError, Request, body, fields::Fields};

/// The tier that a reader wants to subscribe to, buy or change to.
#[derive(Debug)]
pub struct Choice {
    /// The novel.
    pub novel: NovelId,
    /// The level of the tier.
    pub level: TierLevel,
    /// The payment method, if the body names one.
    pub payment_method: Option<PaymentMethodId>,
}

/// Parses the body of a subscription: `{novelId, tierLevel, autoRenew: true, paymentMethodId?, userId?}`.
///
/// # Errors
/// [`ApiError`], with every invalid field, 403 for another reader's `userId`, or 404 for a level that no tier has.
pub fn subscription(request: &Request, reader: &VerifiedUser) -> Result<Choice, ApiError> {
    let mut fields = Fields::new(body::object(request)?);
    let mut errors = FieldErrors::default();
    check_reader(&mut fields, reader)?;
    let auto_renew = fields.boolean("autoRenew");
    if auto_renew != Some(true) {
        errors.add("autoRenew", "must be true; for 30 days that do not renew use champion-purchase");
    }
    let payment_method = payment_method(&mut fields, &mut errors);
    choice(fields, errors, payment_method)
}

/// Parses the body of a change of tier, `{novelId, tierLevel, preview?, userId?}`, and returns the choice and
/// `preview`, which is false unless given.
///
/// # Errors
/// [`ApiError`], with every invalid field, 403 for another reader's `userId`, or 404 for a level that no tier has.
pub fn change(request: &Request, reader: &VerifiedUser) -> Result<(Choice, bool), ApiError> {
    let mut fields = Fields::new(body::object(request)?);
    check_reader(&mut fields, reader)?;
    let preview = fields.boolean("preview").unwrap_or(false);
    Ok((choice(fields, FieldErrors::default(), None)?, preview))
}

/// Parses the body of a payment: `{novelId, paymentMethodId?, userId?}`.
///
/// # Errors
/// [`ApiError`], with every invalid field, or 403 for another reader's `userId`.
pub fn payment(request: &Request, reader: &VerifiedUser) -> Result<(NovelId, Option<PaymentMethodId>), ApiError> {
    let mut fields = Fields::new(body::object(request)?);
    check_reader(&mut fields, reader)?;
    let mut errors = FieldErrors::default();
    let method = payment_method(&mut fields, &mut errors);
    let novel = novel_id(fields.integer("novelId"), &mut errors).filter(|_| errors.is_empty());
    Ok(fields.check(novel.map(|novel| (novel, method)).ok_or(errors))?)
}

/// Parses the body of a request for the billing portal, `{novelId, locale?, userId?}`; English without a locale.
///
/// # Errors
/// [`ApiError`], with every invalid field, or 403 for another reader's `userId`.
pub fn portal(request: &Request, reader: &VerifiedUser) -> Result<(NovelId, Locale), ApiError> {
    let mut fields = Fields::new(body::object(request)?);
    check_reader(&mut fields, reader)?;
    let mut errors = FieldErrors::default();
    let locale = match fields.text("locale").as_deref() {
        None | Some("") => Locale::default(),
        Some(tag) => Locale::parse(tag).unwrap_or_else(|| {
            let [others @ .., last] = Locale::ALL.map(Locale::tag);
            errors.add("locale", format!("must be {} or {last}", others.join(", ")));
            Locale::default()
        }),
    };
    let novel = novel_id(fields.integer("novelId"), &mut errors).filter(|_| errors.is_empty());
    Ok(fields.check(novel.map(|novel| (novel, locale)).ok_or(errors))?)
}

/// Parses the body of a purchase: `{novelId, tierLevel, userId?}`.
///
/// # Errors
/// [`ApiError`], with every invalid field, 403 for another reader's `userId`, or 404 for a level that no tier has.
pub fn purchase(request: &Request, reader: &VerifiedUser) -> Result<Choice, ApiError> {
    let mut fields = Fields::new(body::object(request)?);
    check_reader(&mut fields, reader)?;
    choice(fields, FieldErrors::default(), None)
}

/// Parses the body of a request that only names a novel: `{novelId, userId?}`.
///
/// # Errors
/// [`ApiError`], with every invalid field, or 403 for another reader's `userId`.
pub fn novel(request: &Request, reader: &VerifiedUser) -> Result<NovelId, ApiError> {
    let mut fields = Fields::new(body::object(request)?);
    check_reader(&mut fields, reader)?;
    let mut errors = FieldErrors::default();
    let novel = novel_id(fields.integer("novelId"), &mut errors);
    Ok(fields.check(novel.ok_or(errors))?)
}

/// Parses the novel of a query, `?novelId=1`.
///
/// # Errors
/// [`ApiError`] if the query has none, or one that isn't a whole number from 1.
pub fn novel_in_query(request: &Request) -> Result<NovelId, ApiError> {
    let query = request.query_string_parameters();
    let mut errors = FieldErrors::default();
    let novel = novel_id(query.first("novelId").map(|text| text.parse().unwrap_or(0)), &mut errors);
    Ok(novel.ok_or(errors)?)
}

fn choice(
    mut fields: Fields,
    mut errors: FieldErrors,
    payment_method: Option<PaymentMethodId>,
) -> Result<Choice, ApiError> {
    let novel = novel_id(fields.integer("novelId"), &mut errors);
    let level = fields.integer("tierLevel");
    if level.is_none() {
        let (lowest, highest) = (TierLevel::LOWEST, TierLevel::MAX);
        errors.add("tierLevel", format!("must be a whole number from {lowest} to {highest}"));
    }
    let parsed = novel.zip(level).filter(|_| errors.is_empty()).ok_or(errors);
    let (novel, level) = fields.check(parsed)?;
    let level = TierLevel::new(level).map_err(|_| ApiError::tier_not_found())?;
    Ok(Choice { novel, level, payment_method })
}

fn payment_method(fields: &mut Fields, errors: &mut FieldErrors) -> Option<PaymentMethodId> {
    let text = fields.text("paymentMethodId").filter(|text| !text.is_empty())?;
    let parsed = PaymentMethodId::parse(text);
    parsed.inspect_err(|_| errors.add("paymentMethodId", "must be the id of a payment method, pm_…")).ok()
}

fn novel_id(number: Option<i64>, errors: &mut FieldErrors) -> Option<NovelId> {
    let novel = number.and_then(|number| NovelId::new(number).ok());
    if novel.is_none() {
        errors.add("novelId", "must be a whole number from 1");
    }
    novel
}

/// Checks that the body's `userId`, if there is one, is the signed-in reader's.
///
/// # Errors
/// [`ApiError`], 403 `FORBIDDEN`.
fn check_reader(fields: &mut Fields, reader: &VerifiedUser) -> Result<(), ApiError> {
    match fields.text("userId") {
        Some(user) if user != reader.id.as_str() => Err(ApiError::Refused {
            status: StatusCode::FORBIDDEN,
            code: "FORBIDDEN",
            message: "The userId is not that of the signed-in user; leave it out.".to_owned(),
        }),
        _ => Ok(()),
    }
}
