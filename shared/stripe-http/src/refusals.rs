//! What Stripe's refusals mean, by `code` and `param` (<https://docs.stripe.com/error-codes>). `docs/ERRORS.md` has the
//! same table for people, and a test holds the two together.

use crate::error::{ApiError, ErrorKind};

/// Whose turn it is after a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// Stripe doesn't take the e-mail address: the same is made without it.
    AddressRefused,
    /// The customer was deleted: a new one is made.
    CustomerGone,
    /// The price, or its product, was archived: where we made the price, a new one is made.
    PriceGone,
    /// The reader's payment method can't be used: they choose another one.
    PaymentMethodUnusable,
    /// The customer has something running in another currency: the reader ends that first.
    OtherCurrency,
    /// The refusal passes: the same request may succeed later.
    Passing,
    /// An operator has to mend something first: the account, the configuration or this code.
    NeedsOperator,
}

impl Meaning {
    /// Returns how `docs/ERRORS.md` says it.
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

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The error's `code`; [`ANY`], or [`NONE`] if it has none.
    pub code: &'static str,
    /// The last name in the error's `param`, as `price` in `line_items[0][price]`; [`ANY`] or [`NONE`].
    pub param: &'static str,
    /// What it means.
    pub meaning: Meaning,
}

/// Whatever it is, if anything.
pub const ANY: &str = "*";
/// Nothing.
pub const NONE: &str = "-";

const fn row(code: &'static str, param: &'static str, meaning: Meaning) -> Row {
    Row { code, param, meaning }
}

/// How the only refusal without code and parameter that matters begins
/// (<https://docs.stripe.com/billing/customer#multiple-currencies>).
pub const CURRENCIES: &str = "You cannot combine currencies on a single customer";

/// The first row that fits counts.
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

/// Returns what an error means that Stripe refuses a request with, and will refuse it with again.
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

fn fits(wanted: &str, said: Option<&str>) -> bool {
    match wanted {
        ANY => true,
        NONE => said.is_none_or(str::is_empty),
        wanted => said == Some(wanted),
    }
}

/// Returns `price` for `line_items[0][price]`.
fn last_name(param: &str) -> &str {
    param.trim_end_matches(']').rsplit('[').next().unwrap_or(param)
}
