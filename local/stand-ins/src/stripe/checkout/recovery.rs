//! Recovery of expired sessions, in a copy. <https://docs.stripe.com/payments/checkout/abandoned-carts>

use serde_json::{Value, json};

use super::create::LONGEST;
use super::pay::customer_details;
use crate::stripe::account::Account;
use crate::stripe::objects::Fields;
use crate::stripe::shapes::Kind;

/// How long the link of an expired session works, in seconds.
const LIFE: i64 = 30 * 24 * 60 * 60;

/// Gives an expired session its recovery link, if it was made to have one.
pub(super) fn offer(account: &mut Account, session: &str) {
    let (link, until) = (format!("{}/c/recover/{}", account.base_url, account.ids.next("", 24)), account.now + LIFE);
    let recovery = account.objects.get_mut(session).and_then(|it| it.pointer_mut("/after_expiration/recovery"));
    if let Some(recovery) = recovery.filter(|recovery| recovery.flag("enabled")) {
        recovery.set("url", link);
        recovery.set("expires_at", until);
    }
}

/// Opens a copy of the session whose link ends so, and returns the address of its page; none once the link has expired.
pub(super) fn open(account: &mut Account, end: &str) -> Option<String> {
    let link = format!("{}/c/recover/{end}", account.base_url);
    let is_its_link = |session: &&Value| recovery(session).is_some_and(|it| it.text("url") == link);
    let session = account.objects.newest_first("checkout.session").find(is_its_link)?.clone();
    if recovery(&session)?.int("expires_at") <= account.now {
        return None;
    }
    let copy = copy_of(account, &session);
    Some(account.text_of(&copy, "url"))
}

fn recovery(session: &Value) -> Option<&Value> {
    session.pointer("/after_expiration/recovery")
}

fn copy_of(account: &mut Account, session: &Value) -> String {
    let original = session.text("id");
    let email = session.pointer("/customer_details/email").and_then(Value::as_str);
    let mut copy = session.clone();
    copy.set("id", "");
    copy.set("recovered_from", original);
    copy.set("status", "open");
    copy.set("expires_at", account.now + LONGEST);
    copy.set("payment_intent", Value::Null);
    copy.set("collected_information", Value::Null);
    copy.set("customer_details", email.map(|email| customer_details(Some(email), None, None, &Value::Null)));
    if let Some(recovery) = copy.pointer_mut("/after_expiration/recovery") {
        let promotion_codes = recovery.flag("allow_promotion_codes");
        recovery.set("url", Value::Null);
        recovery.set("expires_at", Value::Null);
        if promotion_codes {
            copy.set("allow_promotion_codes", true);
        }
    }
    let (items, intent) = (account.line_items.get(original).cloned(), account.intent_data.get(original).cloned());
    let id = account.create(Kind::CheckoutSession, copy);
    account.set(&id, json!({ "url": format!("{}/c/pay/{id}", account.base_url) }));
    account.line_items.insert(id.clone(), items.unwrap_or_default());
    account.intent_data.insert(id.clone(), intent.unwrap_or_else(|| json!({})));
    id
}
