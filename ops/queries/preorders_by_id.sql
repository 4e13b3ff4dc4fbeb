select created_at, preorder_number, id, status, email, user_id, color, price_id, locale, first_name, last_name, phone,
       address_line1, address_line2, city, state, postal_code, country, form_contact, customer_notes, marketing_consent, consent_text_version,
       checkout_attempt, session_id, session_state, session_expires_at, checkout_url, payment_intent_id, amount,
       currency, paid_at, refunded_amount, dispute_status, disputed_at, held_at,
       held_reason, fulfilled_at, klaviyo_event_sent_at, erased_at, updated_at
from preorders
where id = any($1::uuid[])
order by created_at, id
