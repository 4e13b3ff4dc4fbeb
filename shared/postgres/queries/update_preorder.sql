-- Writes what an event can change of a preorder that this transaction has locked.
update preorders
set
    email = new.email, color = new.color, price_id = new.price_id, locale = new.locale, first_name = new.first_name,
    last_name = new.last_name, phone = new.phone, address_line1 = new.address_line1,
    address_line2 = new.address_line2, city = new.city, state = new.state, postal_code = new.postal_code,
    country = new.country, status = new.status, checkout_attempt = new.checkout_attempt,
    session_id = new.session_id, session_state = new.session_state, session_expires_at = new.session_expires_at,
    checkout_url = new.checkout_url, payment_intent_id = new.payment_intent_id, amount = new.amount,
    currency = new.currency, paid_at = new.paid_at, refunded_amount = new.refunded_amount,
    dispute_status = new.dispute_status, updated_at = $2
from jsonb_populate_record(null::preorders, $1) as new
where preorders.id = new.id
