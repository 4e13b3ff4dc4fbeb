//! An invoice that several payments pay. <https://docs.stripe.com/invoicing/partial-payments>

use serde_json::json;

use super::{collection, invoice, invoice_payment};
use crate::stripe::account::Account;
use crate::stripe::error::ApiError;
use crate::stripe::objects::Fields;
use crate::stripe::payment::{confirm, intent};
use crate::stripe::settlement::Owner;

/// Adds an intent to the payments of an open invoice. If the intent has succeeded already, it counts at once.
pub(super) fn attach(account: &mut Account, invoice: &str, payment_intent: &str) -> Result<(), ApiError> {
    account.check("payment_intent", "payment_intent", payment_intent)?;
    if account.get(invoice).text("status") != "open" {
        return Err(ApiError::invalid("You can only attach payments to open invoices."));
    }
    let found = account.get(payment_intent).clone();
    if account.owners.contains_key(payment_intent) {
        return Err(ApiError::invalid("This PaymentIntent belongs to something else already.").param("payment_intent"));
    }
    if found.text("customer") != account.get(invoice).text("customer") {
        return Err(ApiError::invalid("The customer of the PaymentIntent isn't the invoice's.").param("payment_intent"));
    }
    account.owners.insert(payment_intent.to_owned(), Owner::PartOf(invoice.to_owned()));
    invoice_payment::make(account, invoice, payment_intent, found.int("amount"), false);
    if found.text("status") == "succeeded" {
        collection::credited(account, invoice, payment_intent);
    }
    Ok(())
}

/// Pays an invoice in these parts as the customer, each by an intent of its own with the default method.
pub(crate) fn pay_in(account: &mut Account, invoice: &str, amounts: &[i64]) -> Result<(), ApiError> {
    let found = account.find("invoice", invoice)?;
    let method = invoice::default_method(account, invoice)
        .ok_or_else(|| ApiError::invalid("The customer keeps no method that could pay."))?;
    for amount in amounts {
        let part = intent::make(
            account,
            json!({
                "amount": amount,
                "currency": found.get("currency"),
                "customer": found.get("customer"),
                "description": "Payment for Invoice",
                "payment_method": method,
            }),
        );
        attach(account, invoice, &part)?;
        confirm::confirm(account, &part, true)?;
    }
    Ok(())
}
