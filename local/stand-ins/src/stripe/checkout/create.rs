//! `POST /v1/checkout/sessions`. <https://docs.stripe.com/api/checkout/sessions/create>

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::stripe::account::Account;
use crate::stripe::api::{Call, Reply};
use crate::stripe::catalog::price::{self, ProductData, Recurring};
use crate::stripe::error::ApiError;
use crate::stripe::objects::Fields;
use crate::stripe::params::{Country, Currency, Email, Limited, Metadata, WebUrl};
use crate::stripe::payment::{smallest, too_small};
use crate::stripe::shapes::Kind;

/// The shortest and the longest lifetime of a session, in seconds. The longest is the default.
const SHORTEST: i64 = 30 * 60;
pub(super) const LONGEST: i64 = 24 * 60 * 60;

/// The greatest number of line items of a session in payment mode.
const LINE_ITEMS: usize = 100;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Create {
    mode: Mode,
    line_items: Vec<LineItem>,
    success_url: WebUrl,
    cancel_url: Option<WebUrl>,
    client_reference_id: Option<Limited<200>>,
    customer: Option<String>,
    customer_email: Option<Email>,
    customer_creation: Option<CustomerCreation>,
    expires_at: Option<i64>,
    locale: Option<Locale>,
    metadata: Option<Metadata>,
    payment_intent_data: Option<PaymentIntentData>,
    shipping_address_collection: Option<ShippingAddressCollection>,
    phone_number_collection: Option<PhoneNumberCollection>,
    allow_promotion_codes: Option<bool>,
    billing_address_collection: Option<AddressCollection>,
    submit_type: Option<SubmitType>,
    ui_mode: Option<UiMode>,
    after_expiration: Option<AfterExpiration>,
}

/// The recovery of an expired session. Its link appears when the session expires.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AfterExpiration {
    recovery: Option<Recovery>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Recovery {
    enabled: bool,
    #[serde(default)]
    allow_promotion_codes: bool,
}

/// The mode of a session. Only one-time payments are simulated.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum Mode {
    Payment,
    Subscription,
    Setup,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LineItem {
    price: Option<String>,
    price_data: Option<PriceData>,
    quantity: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PriceData {
    currency: Currency,
    unit_amount: Option<i64>,
    product: Option<String>,
    product_data: Option<LineProductData>,
    recurring: Option<Recurring>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LineProductData {
    name: String,
    description: Option<String>,
    images: Option<Vec<WebUrl>>,
    metadata: Option<Metadata>,
}

#[derive(Clone, Copy, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum CustomerCreation {
    Always,
    IfRequired,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PaymentIntentData {
    metadata: Option<Metadata>,
    description: Option<String>,
    receipt_email: Option<Email>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ShippingAddressCollection {
    allowed_countries: Vec<Country>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PhoneNumberCollection {
    enabled: bool,
}

#[derive(Clone, Copy, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum AddressCollection {
    Auto,
    Required,
}

#[derive(Clone, Copy, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum SubmitType {
    Auto,
    Book,
    Donate,
    Pay,
    Subscribe,
}

/// The user interface. Only the hosted page is simulated.
#[derive(Clone, Copy, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum UiMode {
    HostedPage,
}

/// The languages of Checkout.
#[derive(Clone, Copy, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
#[rustfmt::skip]
enum Locale {
    Auto, Bg, Cs, Da, De, El, En,
    #[serde(rename = "en-GB")] EnGb,
    Es,
    #[serde(rename = "es-419")] Es419,
    Et, Fi, Fil, Fr,
    #[serde(rename = "fr-CA")] FrCa,
    Hr, Hu, Id, It, Ja, Ko, Lt, Lv, Ms, Mt, Nb, Nl, Pl, Pt,
    #[serde(rename = "pt-BR")] PtBr,
    Ro, Ru, Sk, Sl, Sv, Th, Tr, Vi, Zh,
    #[serde(rename = "zh-HK")] ZhHk,
    #[serde(rename = "zh-TW")] ZhTw,
}

pub(super) fn create(account: &mut Account, call: &Call) -> Reply {
    let params: Create = call.params()?;
    check(account, &params)?;
    let items = line_items(account, params.line_items)?;
    let currency = items.first().map(|item| item.text("currency").to_owned()).unwrap_or_default();
    let total: i64 = items.iter().map(|item| item.int("amount_total")).sum();
    if total < smallest(&currency) {
        return Err(too_small(&currency).param("line_items"));
    }
    let expires_at = params.expires_at.unwrap_or(account.now + LONGEST);
    let customer_email = params.customer_email.map(|Email(email)| email);
    let known_email = match &params.customer {
        Some(customer) => account.get(customer).maybe_text("email").map(str::to_owned),
        None => customer_email.clone(),
    };
    let id = account.create(
        Kind::CheckoutSession,
        json!({
            "after_expiration": params.after_expiration.map(|after| json!({
                "recovery": after.recovery.map(|recovery| json!({
                    "allow_promotion_codes": recovery.allow_promotion_codes,
                    "enabled": recovery.enabled,
                    "expires_at": null,
                    "url": null,
                })),
            })),
            "allow_promotion_codes": params.allow_promotion_codes,
            "amount_subtotal": total,
            "amount_total": total,
            "billing_address_collection": params.billing_address_collection,
            "cancel_url": params.cancel_url.map(|WebUrl(url)| url),
            "client_reference_id": params.client_reference_id.map(|Limited(id)| id),
            "currency": currency,
            "customer": params.customer,
            "customer_creation": params.customer.is_none().then_some(params.customer_creation.unwrap_or(CustomerCreation::IfRequired)),
            "customer_details": known_email.map(|email| super::pay::customer_details(Some(&email), None, None, &Value::Null)),
            "customer_email": customer_email,
            "expires_at": expires_at,
            "locale": params.locale,
            "metadata": params.metadata.unwrap_or_default().into_value(),
            "mode": "payment",
            "phone_number_collection": { "enabled": params.phone_number_collection.is_some_and(|phone| phone.enabled) },
            "shipping_address_collection": params.shipping_address_collection.map(|shipping| {
                let countries: Vec<_> = shipping.allowed_countries.into_iter().map(|Country(code)| code).collect();
                json!({ "allowed_countries": countries })
            }),
            "submit_type": params.submit_type,
            "success_url": params.success_url.0,
            "total_details": { "amount_discount": 0, "amount_shipping": 0, "amount_tax": 0 },
            "ui_mode": params.ui_mode.unwrap_or(UiMode::HostedPage),
        }),
    );
    account.set(&id, json!({ "url": format!("{}/c/pay/{id}", account.base_url) }));
    account.line_items.insert(id.clone(), items);
    let intent_data = params.payment_intent_data.map(|data| {
        json!({
            "description": data.description,
            "metadata": data.metadata.unwrap_or_default().into_value(),
            "receipt_email": data.receipt_email.map(|Email(email)| email),
        })
    });
    account.intent_data.insert(id.clone(), intent_data.unwrap_or_else(|| json!({})));
    Ok(account.get(&id).clone())
}

fn check(account: &Account, params: &Create) -> Result<(), ApiError> {
    if !matches!(params.mode, Mode::Payment) {
        return Err(ApiError::parameter("This stand-in simulates Checkout in `payment` mode only.")
            .code("stand_in_unsimulated")
            .param("mode"));
    }
    if params.customer.is_some() && params.customer_email.is_some() {
        return Err(ApiError::parameter("You may only specify one of these parameters: customer, customer_email.")
            .param("customer_email"));
    }
    if params.customer.is_some() && params.customer_creation.is_some() {
        return Err(ApiError::parameter("You may only specify one of these parameters: customer, customer_creation.")
            .param("customer_creation"));
    }
    if let Some(customer) = &params.customer {
        account.check("customer", "customer", customer)?;
    }
    match params.expires_at.map(|at| at - account.now) {
        Some(life) if life < SHORTEST => Err(ApiError::invalid(
            "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.",
        )
        .param("expires_at")),
        Some(life) if life > LONGEST => Err(ApiError::invalid(
            "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.",
        )
        .param("expires_at")),
        _ => Ok(()),
    }
}

fn line_items(account: &mut Account, wanted: Vec<LineItem>) -> Result<Vec<Value>, ApiError> {
    if wanted.is_empty() || wanted.len() > LINE_ITEMS {
        return Err(ApiError::parameter(format!("There must be 1 to {LINE_ITEMS} line items.")).param("line_items"));
    }
    let mut items: Vec<Value> = Vec::new();
    for (index, item) in wanted.into_iter().enumerate() {
        let at = format!("line_items[{index}]");
        let item = line_item(account, &at, item)?;
        if items.first().is_some_and(|first| first.text("currency") != item.text("currency")) {
            return Err(ApiError::invalid("All prices on a Checkout Session must have the same currency.")
                .param(format!("{at}[price]")));
        }
        items.push(item);
    }
    Ok(items)
}

fn line_item(account: &mut Account, at: &str, item: LineItem) -> Result<Value, ApiError> {
    let quantity = item.quantity.ok_or_else(|| {
        ApiError::parameter("Quantity is required. Add `quantity` to each line item.")
            .code("parameter_missing")
            .param(format!("{at}[quantity]"))
    })?;
    let quantity =
        i64::try_from(quantity).ok().filter(|quantity| (1..=999_999).contains(quantity)).ok_or_else(|| {
            ApiError::parameter("The quantity should be between 1 and 999999.")
                .code("parameter_invalid_integer")
                .param(format!("{at}[quantity]"))
        })?;
    let price = match (item.price, item.price_data) {
        (Some(price), None) => {
            account.check(&format!("{at}[price]"), "price", &price)?;
            price
        }
        (None, Some(data)) => price_of(account, at, data)?,
        _ => {
            return Err(ApiError::parameter("Each line item must have exactly one of `price` and `price_data`.")
                .code("parameter_missing")
                .param(format!("{at}[price]")));
        }
    };
    let price = account.get(&price).clone();
    let product = account.get(price.text("product")).clone();
    if price.text("type") == "recurring" {
        return Err(ApiError::invalid(
            "You specified `payment` mode but passed a recurring price. Either switch to \
             `subscription` mode or use only one-time prices.",
        )
        .param(format!("{at}[price]")));
    }
    price::check_active(account, price.text("id"), &format!("{at}[price]"))?;
    let amount = price.int("unit_amount") * quantity;
    let description = product.text("name").to_owned();
    let mut line = account.build(
        Kind::CheckoutLineItem,
        json!({
            "amount_subtotal": amount,
            "amount_total": amount,
            "currency": price.get("currency"),
            "description": description,
            "price": price,
            "quantity": quantity,
        }),
    );
    if let Some(fields) = line.as_object_mut() {
        fields.remove("created");
    }
    Ok(line)
}

fn price_of(account: &mut Account, at: &str, data: PriceData) -> Result<String, ApiError> {
    let at = format!("{at}[price_data]");
    let details = data.product_data.as_ref().map(|product| {
        let images: Vec<_> = product.images.iter().flatten().map(|WebUrl(url)| url.clone()).collect();
        json!({ "description": product.description, "images": images })
    });
    let product_data = data.product_data.map(|product| ProductData { name: product.name, metadata: product.metadata });
    let product = price::product(account, &at, data.product, product_data)?;
    if let Some(details) = details {
        account.set(&product, details);
    }
    let amount_param = format!("{at}[unit_amount]");
    price::make(account, &data.currency, data.unit_amount, &product, data.recurring, &amount_param)
}
