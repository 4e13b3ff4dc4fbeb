//! Preorders.

use pledge_domain::{
    account,
    consent::{MarketingConsent, TextVersion},
    ids::{PreorderId, PriceId, SessionId},
    limits::Uses,
    locale::Locale,
    ports::NewPreorder,
    preorder::{Color, Contact, Preorder, PreorderForm, Wishes, checkout::OpenSession, initiate::plan},
    user::Owner,
};
use uuid::Uuid;

use crate::{builders::an_email, time::t};

/// The price of the colour in [`a_form`].
pub const PRICE: &str = "price_red";

/// Returns the id of the `n`th preorder of a test. Ids of different `n` have different preorder numbers.
#[must_use]
pub fn preorder_id(n: u32) -> PreorderId {
    PreorderId::new(Uuid::from_fields(n, 0, 0x4000, &[0x80, 0, 0, 0, 0, 0, 0, 0]))
}

/// Returns a form with every field filled.
#[must_use]
pub fn a_form(email: &str) -> PreorderForm {
    let text = |text: &str| Some(text.to_owned());
    PreorderForm {
        email: an_email(email),
        color: Color::recorded("Red".into()),
        price_id: PriceId::parse(PRICE).unwrap(),
        locale: Locale::Ja,
        contact: Contact {
            first_name: text("Mei"),
            last_name: text("Wong"),
            phone: text("+852 5123 4567"),
            address_line1: text("1 Nathan Road"),
            address_line2: text("Flat 3"),
            city: text("Hong Kong"),
            state: text("Kowloon"),
            postal_code: text("000"),
            country: text("HK"),
        },
        wishes: Wishes {
            customer_notes: text("Please wrap it.\nThank you"),
            marketing_consent: MarketingConsent::Given(None),
        },
    }
}

/// Returns the version of a text on marketing.
#[must_use]
pub fn a_text_version(version: &str) -> TextVersion {
    TextVersion::parse(version).unwrap()
}

/// Returns the `n`th preorder, whose form agrees to a text on marketing.
#[must_use]
#[allow(clippy::needless_pass_by_value, reason = "tests make the owner in the call")]
pub fn a_new_preorder_with_consent(n: u32, email: &str, owner: Owner) -> NewPreorder {
    let mut form = a_form(email);
    form.wishes.marketing_consent = MarketingConsent::Given(Some(a_text_version("v1")));
    let (preorder, started) = plan(preorder_id(n), form, &owner, t(n.into()));
    let claims = account::of_new_preorder(&preorder.ordered(), &owner);
    NewPreorder { preorder, started, claims, uses: Uses::default() }
}

/// Returns the `n`th preorder with this address and owner, made at [`t`]`(n)`.
#[must_use]
#[allow(clippy::needless_pass_by_value, reason = "tests make the owner in the call")]
pub fn a_new_preorder(n: u32, email: &str, owner: Owner) -> NewPreorder {
    let (preorder, started) = plan(preorder_id(n), a_form(email), &owner, t(n.into()));
    let claims = account::of_new_preorder(&preorder.ordered(), &owner);
    NewPreorder { preorder, started, claims, uses: Uses::default() }
}

/// Returns the `n`th preorder of `reader-<n>@example.com`, initiated at [`t`]`(n)`, without an owner.
#[must_use]
pub fn a_preorder(n: u32) -> Preorder {
    a_new_preorder(n, &format!("reader-{n}@example.com"), Owner::Unknown).preorder
}

/// Returns a checkout session that is open until [`t`]`(86_400)`.
#[must_use]
pub fn an_open_session(id: &str) -> OpenSession {
    let url = format!("https://checkout.example/{id}");
    OpenSession { id: SessionId::parse(id).unwrap(), url, expires_at: t(86_400) }
}
