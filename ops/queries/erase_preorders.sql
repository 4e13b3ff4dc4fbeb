-- What says who ordered the preorders $1. What was ordered and paid stays.
update preorders
set email = 'erased@' || id || '.invalid', first_name = null, last_name = null, phone = null, address_line1 = null,
    address_line2 = null, city = null, state = null, postal_code = null, country = null, form_contact = null,
    customer_notes = null, marketing_consent = false, checkout_url = null, erased_at = $2, updated_at = $2
where id = any($1::uuid[]) and erased_at is null
