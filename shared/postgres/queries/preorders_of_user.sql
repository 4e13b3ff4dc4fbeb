select
    id, user_id, email, color, price_id, locale, first_name, last_name, phone, address_line1, address_line2, city, state,
    postal_code, country, customer_notes, marketing_consent, status, checkout_attempt, session_id, session_state,
    session_expires_at, checkout_url, payment_intent_id, amount, currency, paid_at, refunded_amount, dispute_status,
    created_at
from preorders
where user_id = $1
order by created_at desc, id
limit $2
