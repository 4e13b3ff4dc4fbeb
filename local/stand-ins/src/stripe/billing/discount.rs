//! Coupons, and the discounts that they give a subscription. <https://docs.stripe.com/api/coupons>

use serde::de::{self, Deserializer};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::stripe::account::Account;
use crate::stripe::api::{Call, Endpoint, NoParams, Reply, retrieve};
use crate::stripe::error::ApiError;
use crate::stripe::filters::Created;
use crate::stripe::objects::Fields;
use crate::stripe::params::{Currency, Metadata};
use crate::stripe::shapes::Kind;

pub(crate) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::post("/v1/coupons", create),
    Endpoint::get("/v1/coupons/{coupon}", |account, call| retrieve(account, call, "coupon")),
    Endpoint::delete("/v1/coupons/{coupon}", delete),
    Endpoint::list("/v1/coupons", list),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Create {
    id: Option<String>,
    name: Option<String>,
    percent_off: Option<Percent>,
    amount_off: Option<i64>,
    currency: Option<Currency>,
    duration: Option<Duration>,
    metadata: Option<Metadata>,
}

/// A percentage with at most two decimals, in hundredths of a percent.
#[derive(Clone, Copy)]
struct Percent(i64);

impl Percent {
    fn parse(text: &str) -> Option<Self> {
        let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
        let decimals = format!("{decimals:0<2}");
        let valid = decimals.len() == 2 && decimals.chars().all(|c| c.is_ascii_digit());
        valid.then_some(())?;
        Some(Self(whole.parse::<i64>().ok()? * 100 + decimals.parse::<i64>().ok()?))
    }

    /// Returns the percentage as a coupon shows it.
    fn to_value(self) -> Value {
        let text = format!("{}.{:02}", self.0 / 100, self.0 % 100);
        let text = text.trim_end_matches('0').trim_end_matches('.');
        serde_json::from_str(text).unwrap_or_default()
    }

    /// Returns the percentage of a coupon; 0 if it has none.
    fn of(coupon: &Value) -> Self {
        let percent = coupon.get("percent_off").filter(|percent| percent.is_number());
        percent.and_then(|percent| Self::parse(&percent.to_string())).unwrap_or(Self(0))
    }

    fn of_amount(self, amount: i64) -> i64 {
        (amount * self.0 + 5_000) / 10_000
    }
}

impl<'de> Deserialize<'de> for Percent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom(format!("Invalid decimal: {text}")))
    }
}

/// The duration of a coupon. A number of months is not simulated.
#[derive(Clone, Copy, Default, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum Duration {
    Forever,
    #[default]
    Once,
}

fn create(account: &mut Account, call: &Call) -> Reply {
    let params: Create = call.params()?;
    let valid = match (params.percent_off, params.amount_off) {
        (Some(Percent(hundredths)), None) => (1..=10_000).contains(&hundredths),
        (None, Some(amount)) => amount > 0 && params.currency.is_some(),
        _ => false,
    };
    if !valid {
        return Err(ApiError::parameter(
            "A coupon has either a percent_off above 0 and up to 100, or an amount_off with its currency.",
        )
        .code("parameter_missing")
        .param("percent_off"));
    }
    let id = account.create(
        Kind::Coupon,
        json!({
            "id": params.id,
            "amount_off": params.amount_off,
            "currency": params.currency.map(|Currency(code)| code),
            "duration": params.duration.unwrap_or_default(),
            "metadata": params.metadata.unwrap_or_default().into_value(),
            "name": params.name,
            "percent_off": params.percent_off.map(Percent::to_value),
        }),
    );
    account.emit("coupon.created", &id);
    Ok(account.get(&id).clone())
}

fn delete(account: &mut Account, call: &Call) -> Reply {
    let NoParams {} = call.params()?;
    account.find("coupon", &call.id)?;
    account.emit("coupon.deleted", &call.id);
    account.objects.remove(&call.id);
    Ok(json!({ "id": call.id, "object": "coupon", "deleted": true }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    created: Option<Created>,
}

fn list(account: &mut Account, call: &Call) -> Reply {
    let filter: List = call.params()?;
    let fits = |coupon: &&Value| Created::fits(filter.created.as_ref(), coupon);
    call.list(account.objects.newest_first("coupon").filter(fits))
}

/// An entry of `discounts[]` of a subscription. Existing discounts and promotion codes are not simulated.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    coupon: String,
}

/// Gives a subscription the discounts of these coupons.
pub(super) fn give(account: &mut Account, subscription: &str, wanted: &[Wanted]) -> Result<(), ApiError> {
    let mut ids = Vec::new();
    for (index, Wanted { coupon }) in wanted.iter().enumerate() {
        account.check(&format!("discounts[{index}][coupon]"), "coupon", coupon)?;
        let customer = account.text_of(subscription, "customer");
        ids.push(account.create(
            Kind::Discount,
            json!({
                "customer": customer,
                "source": { "coupon": coupon, "type": "coupon" },
                "start": account.now,
                "subscription": subscription,
            }),
        ));
    }
    account.set(subscription, json!({ "discounts": ids }));
    Ok(())
}

/// Moves the discounts of a subscription to its new invoice. Those that count once are used up.
pub(super) fn hand_over(account: &mut Account, subscription: &str, invoice: &str) {
    let ids: Vec<String> = ids(account.get(subscription)).collect();
    account.set(invoice, json!({ "discounts": ids }));
    let left: Vec<_> = ids.into_iter().filter(|id| coupon(account, id).text("duration") != "once").collect();
    account.set(subscription, json!({ "discounts": left }));
}

/// Shows the discounts of a subscription on the preview of an invoice.
pub(super) fn show(account: &mut Account, subscription: &str, invoice: &str) {
    let ids: Vec<String> = ids(account.get(subscription)).collect();
    account.set(invoice, json!({ "discounts": ids }));
}

/// Takes the discounts of an invoice off its lines. Returns the sum that each took off.
pub(super) fn apply(account: &Account, invoice: &str, lines: &mut [Value]) -> Vec<Value> {
    ids(account.get(invoice))
        .map(|id| json!({ "amount": take(coupon(account, &id), &id, lines), "discount": id }))
        .collect()
}

fn ids(object: &Value) -> impl Iterator<Item = String> {
    let ids = object.get("discounts").and_then(Value::as_array).into_iter().flatten();
    ids.filter_map(Value::as_str).map(str::to_owned)
}

fn coupon<'w>(account: &'w Account, discount: &str) -> &'w Value {
    let coupon = account.get(discount).pointer("/source/coupon").and_then(Value::as_str).unwrap_or_default();
    account.get(coupon)
}

/// Takes one discount off the lines that allow it. Returns the sum.
fn take(coupon: &Value, id: &str, lines: &mut [Value]) -> i64 {
    let mut left = coupon.get("amount_off").and_then(Value::as_i64);
    let percent = Percent::of(coupon);
    let mut sum = 0;
    for line in lines.iter_mut().filter(|line| line.flag("discountable")) {
        let open = line.int("amount").max(0) - taken(line);
        let amount = match &mut left {
            Some(left) => {
                let amount = open.min(*left);
                *left -= amount;
                amount
            }
            None => percent.of_amount(open),
        };
        if let Some(amounts) = line.get_mut("discount_amounts").and_then(Value::as_array_mut) {
            amounts.push(json!({ "amount": amount, "discount": id }));
        }
        sum += amount;
    }
    sum
}

fn taken(line: &Value) -> i64 {
    let amounts = line.get("discount_amounts").and_then(Value::as_array).into_iter().flatten();
    amounts.map(|discount| discount.int("amount")).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_discount_is_shared_by_the_lines_that_allow_one() {
        let line = |amount: i64, discountable: bool| json!({ "amount": amount, "discountable": discountable, "discount_amounts": [] });
        let mut lines = [line(300, true), line(200, true), line(-50, false)];
        assert_eq!(take(&json!({ "percent_off": 33.33 }), "di_1", &mut lines), 100 + 67);
        assert_eq!(take(&json!({ "amount_off": 250 }), "di_2", &mut lines), 250);
        assert_eq!(
            lines[1]["discount_amounts"],
            json!([{ "amount": 67, "discount": "di_1" }, { "amount": 50, "discount": "di_2" }])
        );
        assert_eq!(lines[2]["discount_amounts"], json!([]));
    }

    #[test]
    fn percentages_are_shown_as_they_were_given() {
        for text in ["100", "25.5", "33.33", "0.05"] {
            assert_eq!(Percent::parse(text).unwrap().to_value().to_string(), text);
        }
        assert!(Percent::parse("1.234").is_none() && Percent::parse("x").is_none());
    }
}
