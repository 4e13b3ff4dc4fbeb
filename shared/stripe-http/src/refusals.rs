//! The meaning of Stripe's refusals, by `code` and `param` (<https://docs.stripe.com/error-codes>). `docs/ERRORS.md` has
//! this table too, and a test checks that the two are equal.

use crate::error::{ApiError, ErrorKind};

/// The meaning of a refusal: what has to happen next, and who has to do it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// Stripe refuses the e-mail address: our code repeats the request without it.
    AddressRefused,
    /// The customer was deleted: our code makes a new one.
    CustomerGone,
    /// The price or its product was archived: our code makes a new price if it made this one; otherwise an operator has to.
    PriceGone,
    /// The reader's payment method can't be used: the reader has to choose another one.
    PaymentMethodUnusable,
    /// The customer has a subscription or an unpaid item in another currency: the reader has to end it first.
    OtherCurrency,
    /// The reason is temporary: the unchanged request may succeed later.
    Passing,
    /// An operator has to correct the account, the configuration or this code.
    NeedsOperator,
}

impl Meaning {
    /// Returns the text with which `docs/ERRORS.md` describes this meaning.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::AddressRefused => "mended: made without the address",
            Self::CustomerGone => "mended: a new customer",
            Self::PriceGone => "mended: a new price; for a colour: operator",
            Self::PaymentMethodUnusable => "client: 400, `paymentMethodId`",
            Self::OtherCurrency => "client: 409 `OTHER_CURRENCY`",
            Self::Passing => "passing",
            Self::NeedsOperator => "operator",
        }
    }
}

/// A row of [`TABLE`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The error's `code`, or [`ANY`] or [`NONE`].
    pub code: &'static str,
    /// The last name in the error's `param`, as `price` in `line_items[0][price]`, or [`ANY`] or [`NONE`].
    pub param: &'static str,
    /// The meaning of an error with this code and parameter.
    pub meaning: Meaning,
}

/// Matches every code or parameter, and an error without one.
pub const ANY: &str = "*";
/// Matches only an error without a code or parameter.
pub const NONE: &str = "-";

const fn row(code: &'static str, param: &'static str, meaning: Meaning) -> Row {
    Row { code, param, meaning }
}

/// The beginning of the message for [`Meaning::OtherCurrency`]. This refusal has neither code nor parameter, so only its
/// message identifies it (<https://docs.stripe.com/billing/customer#multiple-currencies>).
pub const CURRENCIES: &str = "You cannot combine currencies on a single customer";

/// The meanings of refusals. The first row that matches an error counts.
pub const TABLE: &[Row] = &[
    row("email_invalid", ANY, Meaning::AddressRefused),
    row(ANY, "customer_email", Meaning::AddressRefused),
    row(ANY, "email", Meaning::AddressRefused),
    row("resource_missing", "customer", Meaning::CustomerGone),
    row("resource_missing", "price", Meaning::PriceGone),
    row(NONE, "price", Meaning::PriceGone),
    row("product_inactive", ANY, Meaning::PriceGone),
    row("resource_missing", "payment_method", Meaning::PaymentMethodUnusable),
    row("resource_missing", "default_payment_method", Meaning::PaymentMethodUnusable),
    row("payment_method_currency_mismatch", ANY, Meaning::PaymentMethodUnusable),
    row("payment_method_unexpected_state", ANY, Meaning::PaymentMethodUnusable),
    row("payment_method_unsupported_type", ANY, Meaning::PaymentMethodUnusable),
    row("payment_method_billing_details_address_missing", ANY, Meaning::PaymentMethodUnusable),
    row(NONE, NONE, Meaning::OtherCurrency),
    row("payment_method_not_available", ANY, Meaning::Passing),
    row("payment_method_provider_timeout", ANY, Meaning::Passing),
    row("taxes_calculation_failed", ANY, Meaning::Passing),
    row("lock_timeout", ANY, Meaning::Passing),
    row(ANY, ANY, Meaning::NeedsOperator),
];

/// Returns the meaning of an error. It is [`Meaning::NeedsOperator`] unless the error is an `invalid_request_error` with a
/// status of 400 to 499.
#[must_use]
pub fn meaning(error: &ApiError) -> Meaning {
    if error.kind != ErrorKind::InvalidRequest || !(400..500).contains(&error.status) {
        return Meaning::NeedsOperator;
    }
    let code = error.code.as_deref();
    let param = error.param.as_deref().map(last_name);
    let fits = |row: &&Row| {
        let of_currencies = || error.message.as_deref().is_some_and(|message| message.starts_with(CURRENCIES));
        fits(row.code, code) && fits(row.param, param) && (row.meaning != Meaning::OtherCurrency || of_currencies())
    };
    TABLE.iter().find(fits).map_or(Meaning::NeedsOperator, |row| row.meaning)
}

/// Returns whether an error's code or parameter matches a row's.
fn fits(wanted: &str, said: Option<&str>) -> bool {
    match wanted {
        ANY => true,
        NONE => said.is_none_or(str::is_empty),
        wanted => said == Some(wanted),
    }
}

/// Returns the last name in a parameter, such as `price` for `line_items[0][price]`.
fn last_name(param: &str) -> &str {
    param.trim_end_matches(']').rsplit('[').next().unwrap_or(param)
}
