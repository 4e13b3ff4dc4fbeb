-- Removes the customers' personal data from the preorders $1, and the consent to marketing for their addresses. The orders
-- and their payments stay.
with forgotten as (
    delete from consent
    where lower(email) in (select lower(preorders.email) from preorders where id = any($1::uuid[]) and erased_at is null)
)
update preorders
set email = 'erased@' || id || '.invalid', first_name = null, last_name = null, phone = null, address_line1 = null,
    address_line2 = null, city = null, state = null, postal_code = null, country = null, form_contact = null,
    customer_notes = null, marketing_consent = false, consent_text_version = null, checkout_url = null, erased_at = $2, updated_at = $2
where id = any($1::uuid[]) and erased_at is null
