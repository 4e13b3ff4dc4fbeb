//! The preorder form as it comes in: the same fields at `POST /preorders` and `POST /checkout`.

use pledge_domain::preorder::form::RawForm;

use crate::fields::Fields;

/// Takes the form's fields. They may still hold anything; [`pledge_domain::preorder::PreorderForm::parse`] checks them.
#[must_use]
pub fn take(fields: &mut Fields) -> RawForm {
    RawForm {
        email: fields.text("email"),
        color: fields.text("color"),
        price_id: fields.text("priceId"),
        locale: fields.text("locale"),
        first_name: fields.text("firstName"),
        last_name: fields.text("lastName"),
        phone: fields.text("phone"),
        address_line1: fields.text("addressLine1"),
        address_line2: fields.text("addressLine2"),
        city: fields.text("city"),
        state: fields.text("state"),
        postal_code: fields.text("postalCode"),
        country: fields.text("country"),
        customer_notes: fields.text("customerNotes"),
        marketing_consent: fields.boolean("marketingConsent"),
    }
}
