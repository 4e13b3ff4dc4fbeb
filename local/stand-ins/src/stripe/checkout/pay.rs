//! Payment on the hosted page.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::stripe::account::Account;
use crate::stripe::error::ApiError;
use crate::stripe::objects::Fields;
use crate::stripe::params::Tree;
use crate::stripe::payment::{confirm, intent, method};
use crate::stripe::settlement::Owner;
use crate::stripe::shapes::Kind;

/// The customer's input on the hosted page. Fields that are left out get plausible values.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Payment {
    /// The button that the customer chose.
    pub method: PaymentChoice,
    /// The customer's e-mail address, unless the session has one.
    pub email: Option<String>,
    /// The customer's full name.
    pub name: Option<String>,
    /// The customer's phone number in E.164 form.
    pub phone: Option<String>,
    /// The country, two letters.
    pub country: Option<String>,
    /// The street and the number.
    pub line1: Option<String>,
    /// Flat, floor and so on.
    pub line2: Option<String>,
    /// City or town.
    pub city: Option<String>,
    /// State, province or county.
    pub state: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
}

/// The buttons of the hosted page.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentChoice {
    /// A card that is accepted.
    #[default]
    Card,
    /// A card that is refused.
    DeclinedCard,
    /// A bank debit: the session completes unpaid, the money comes or fails later.
    BankDebit,
}

/// The result of a payment on the page.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum PaymentOutcome {
    /// The session is complete, and the customer goes on to an address.
    Completed {
        /// The session's `success_url` with the session's id in it.
        redirect: String,
    },
    /// The payment was refused, and the session stays open.
    Declined {
        /// The message for the customer.
        message: String,
    },
    /// The session can't be paid: unknown, expired or complete already.
    NotOpen {
        /// The session's status, if there is such a session.
        status: Option<String>,
    },
    /// The customer left out a field that the session asks for.
    Incomplete {
        /// The field.
        field: String,
    },
}

impl Payment {
    /// Makes a payment with an accepted card and plausible details.
    #[must_use]
    pub fn by_card() -> Self {
        Self::default()
    }

    /// Makes a payment with a card that is refused.
    #[must_use]
    pub fn by_declined_card() -> Self {
        Self { method: PaymentChoice::DeclinedCard, ..Self::default() }
    }

    /// Makes a payment with a bank debit, which takes days.
    #[must_use]
    pub fn by_bank_debit() -> Self {
        Self { method: PaymentChoice::BankDebit, ..Self::default() }
    }

    /// Fills fields that were left out with plausible values.
    #[must_use]
    pub(crate) fn with_defaults(self, session: &Value) -> Self {
        let country =
            session.pointer("/shipping_address_collection/allowed_countries/0").and_then(Value::as_str).unwrap_or("US");
        let or = |value: Option<String>, default: &str| value.or_else(|| Some(default.to_owned()));
        Self {
            email: or(self.email, "reader@example.com"),
            name: or(self.name, "Jo Reader"),
            phone: or(self.phone, "+14155550123"),
            country: or(self.country, country),
            line1: or(self.line1, "1 Long Street"),
            line2: self.line2,
            city: or(self.city, "Springfield"),
            state: self.state,
            postal_code: or(self.postal_code, "12345"),
            ..self
        }
    }

    /// Parses the page's form. Empty fields are left out.
    pub(crate) fn from_form(form: &Tree) -> Self {
        let fields = form.flatten();
        let field = |name: &str| fields.get(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let method = match field("method").as_deref() {
            Some("declined_card") => PaymentChoice::DeclinedCard,
            Some("bank_debit") => PaymentChoice::BankDebit,
            _ => PaymentChoice::Card,
        };
        Self {
            method,
            email: field("email"),
            name: field("name"),
            phone: field("phone"),
            country: field("country"),
            line1: field("line1"),
            line2: field("line2"),
            city: field("city"),
            state: field("state"),
            postal_code: field("postal_code"),
        }
    }

    fn address(&self) -> Value {
        json!({
            "city": self.city,
            "country": self.country,
            "line1": self.line1,
            "line2": self.line2,
            "postal_code": self.postal_code,
            "state": self.state,
        })
    }

    /// Returns the first field that the session asks for and that is missing or not allowed.
    fn missing(&self, session: &Value) -> Option<&'static str> {
        let shipping = session.pointer("/shipping_address_collection/allowed_countries").and_then(Value::as_array);
        let phone = session.pointer("/phone_number_collection/enabled") == Some(&Value::Bool(true));
        let known = session.pointer("/customer_details/email").is_some_and(Value::is_string);
        if self.email.is_none() && !known {
            return Some("email");
        }
        if phone && self.phone.is_none() {
            return Some("phone");
        }
        let countries = shipping?;
        let country = json!(self.country);
        match () {
            () if self.name.is_none() => Some("name"),
            () if self.line1.is_none() => Some("line1"),
            () if self.city.is_none() => Some("city"),
            () if !countries.contains(&country) => Some("country"),
            () => None,
        }
    }
}

/// Returns the `customer_details` of a session.
pub(super) fn customer_details(email: Option<&str>, name: Option<&str>, phone: Option<&str>, address: &Value) -> Value {
    json!({
        "address": address,
        "business_name": null,
        "email": email,
        "individual_name": null,
        "name": name,
        "phone": phone,
        "tax_exempt": "none",
        "tax_ids": [],
    })
}

/// Pays a session as the customer who presses the button.
pub(crate) fn pay(account: &mut Account, session_id: &str, payment: &Payment) -> PaymentOutcome {
    let session = account.get(session_id).clone();
    if session.text("status") != "open" {
        return PaymentOutcome::NotOpen { status: session.maybe_text("status").map(str::to_owned) };
    }
    if let Some(field) = payment.missing(&session) {
        return PaymentOutcome::Incomplete { field: field.to_owned() };
    }
    collect(account, &session, payment);
    let intent = intent_of(account, session_id);
    let token = match payment.method {
        PaymentChoice::Card => "pm_card_visa",
        PaymentChoice::DeclinedCard => "pm_card_chargeDeclined",
        PaymentChoice::BankDebit => "pm_usBankAccount_success",
    };
    let attempt = method::resolve(account, "payment_method", token).and_then(|method| {
        let details = account.get(session_id).get("customer_details").cloned().unwrap_or_default();
        let billing = json!({
            "address": details.get("address"),
            "email": details.get("email"),
            "name": details.get("name"),
            "phone": details.get("phone"),
            "tax_id": null,
        });
        account.set(&method, json!({ "billing_details": billing }));
        account.set(&intent, json!({ "payment_method": method }));
        confirm::confirm(account, &intent, false)
    });
    match attempt {
        Err(error) => {
            let message = error.to_value().text("message").to_owned();
            PaymentOutcome::Declined { message }
        }
        Ok(()) => {
            if account.get(&intent).text("status") == "processing" {
                super::complete(account, session_id, "unpaid");
                account.emit("checkout.session.completed", session_id);
            }
            let redirect = session.text("success_url").replace("{CHECKOUT_SESSION_ID}", session_id);
            PaymentOutcome::Completed { redirect }
        }
    }
}

/// Writes the customer's input into the session.
fn collect(account: &mut Account, session: &Value, payment: &Payment) {
    let known_email = session.pointer("/customer_details/email").and_then(Value::as_str);
    let email = known_email.or(payment.email.as_deref());
    let asks_phone = session.pointer("/phone_number_collection/enabled") == Some(&Value::Bool(true));
    let phone = payment.phone.as_deref().filter(|_| asks_phone);
    let ships = session.get("shipping_address_collection").is_some_and(Value::is_object);
    let details = customer_details(email, payment.name.as_deref(), phone, &payment.address());
    let shipping = ships.then(|| json!({ "address": payment.address(), "name": payment.name }));
    account.set(
        session.text("id"),
        json!({
            "customer_details": details,
            "collected_information": {
                "business_name": null,
                "individual_name": null,
                "shipping_details": shipping,
            },
        }),
    );
    if session.text("customer_creation") == "always" && session.maybe_text("customer").is_none() {
        let fields = json!({ "email": email, "name": payment.name, "phone": phone });
        let customer = account.create(Kind::Customer, fields);
        account.set(session.text("id"), json!({ "customer": customer }));
        account.emit("customer.created", &customer);
    }
}

/// Returns the session's intent, which is made at the first attempt to pay.
fn intent_of(account: &mut Account, session_id: &str) -> String {
    let session = account.get(session_id).clone();
    if let Some(intent) = session.maybe_text("payment_intent") {
        return intent.to_owned();
    }
    let mut fields = account.intent_data.get(session_id).cloned().unwrap_or_default();
    fields.set("amount", session.get("amount_total").cloned().unwrap_or_default());
    fields.set("currency", session.get("currency").cloned().unwrap_or_default());
    fields.set("customer", session.get("customer").cloned().unwrap_or_default());
    let mut shipping = session.pointer("/collected_information/shipping_details").cloned().unwrap_or_default();
    if shipping.is_object() {
        shipping.set("carrier", Value::Null);
        shipping.set("phone", session.pointer("/customer_details/phone").cloned().unwrap_or_default());
        shipping.set("tracking_number", Value::Null);
    }
    fields.set("shipping", shipping);
    let intent = intent::make(account, fields);
    account.owners.insert(intent.clone(), Owner::Session(session_id.to_owned()));
    account.set(session_id, json!({ "payment_intent": intent }));
    intent
}

/// Records that the delayed payment of a session came or failed.
pub(crate) fn settle(account: &mut Account, session_id: &str, paid: bool) -> Result<(), ApiError> {
    let session = account.find("checkout.session", session_id)?;
    confirm::settle(account, session.text("payment_intent"), paid)
}
