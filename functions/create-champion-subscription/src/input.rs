//! What requests carry, checked.

use lambda_http::{RequestExt, http::StatusCode};
use pledge_domain::{
    champion::TierLevel,
    fields::FieldErrors,
    ids::{NovelId, PaymentMethodId},
    locale::Locale,
    preorder::FormFields,
    user::VerifiedUser,
};
use pledge_http_api::{ApiError, Request, body, fields::Fields};

/// A novel and a tier.
#[derive(Debug)]
pub struct Choice {
    pub novel: NovelId,
    pub level: TierLevel,
    pub payment_method: Option<PaymentMethodId>,
}

/// Takes the body of a subscription: `{novelId, tierLevel, autoRenew: true, paymentMethodId?, userId?}`.
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

/// Takes the body of a change: `{novelId, tierLevel, preview?, userId?}`; the flag is `preview`.
pub fn change(request: &Request, reader: &VerifiedUser) -> Result<(Choice, bool), ApiError> {
    let mut fields = Fields::new(body::object(request)?);
    check_reader(&mut fields, reader)?;
    let preview = fields.boolean("preview").unwrap_or(false);
    Ok((choice(fields, FieldErrors::default(), None)?, preview))
}

/// Takes the body of a payment: `{novelId, paymentMethodId?, userId?}`.
pub fn payment(request: &Request, reader: &VerifiedUser) -> Result<(NovelId, Option<PaymentMethodId>), ApiError> {
    let mut fields = Fields::new(body::object(request)?);
    check_reader(&mut fields, reader)?;
    let mut errors = FieldErrors::default();
    let method = payment_method(&mut fields, &mut errors);
    let novel = novel_id(fields.integer("novelId"), &mut errors).filter(|_| errors.is_empty());
    Ok(fields.check(novel.map(|novel| (novel, method)).ok_or(errors))?)
}

/// Takes the body of a request for the billing portal: `{novelId, locale?, userId?}`.
pub fn portal(request: &Request, reader: &VerifiedUser) -> Result<(NovelId, Locale), ApiError> {
    let mut fields = Fields::new(body::object(request)?);
    check_reader(&mut fields, reader)?;
    let mut errors = FieldErrors::default();
    let locale = match fields.text("locale").as_deref() {
        None | Some("") => Locale::default(),
        Some(tag) => Locale::parse(tag).unwrap_or_else(|| {
            errors.add("locale", "must be en, es, ja or zh-HK");
            Locale::default()
        }),
    };
    let novel = novel_id(fields.integer("novelId"), &mut errors).filter(|_| errors.is_empty());
    Ok(fields.check(novel.map(|novel| (novel, locale)).ok_or(errors))?)
}

/// Takes the body of a purchase: `{novelId, tierLevel, userId?}`.
pub fn purchase(request: &Request, reader: &VerifiedUser) -> Result<Choice, ApiError> {
    let mut fields = Fields::new(body::object(request)?);
    check_reader(&mut fields, reader)?;
    choice(fields, FieldErrors::default(), None)
}

/// Takes the body of a request that only names a novel: `{novelId, userId?}`.
pub fn novel(request: &Request, reader: &VerifiedUser) -> Result<NovelId, ApiError> {
    let mut fields = Fields::new(body::object(request)?);
    check_reader(&mut fields, reader)?;
    let mut errors = FieldErrors::default();
    let novel = novel_id(fields.integer("novelId"), &mut errors);
    Ok(fields.check(novel.ok_or(errors))?)
}

/// Takes the novel of a query: `?novelId=`.
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
        errors.add("tierLevel", "must be a whole number from 1 to 13");
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

/// Checks that the body's `userId`, if there is one, is the signed-in reader.
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
