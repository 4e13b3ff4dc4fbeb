-- A preorder that a payment has become. An owner whom we have no row for is left out and linked later.
insert into preorders (
    id, email, color, price_id, locale, first_name, last_name, phone, address_line1, address_line2, city, state,
    postal_code, country, status, checkout_attempt, session_id, session_state, session_expires_at, checkout_url,
    payment_intent_id, amount, currency, paid_at, refunded_amount, dispute_status, user_id, created_at, updated_at
)
select
    new.id, new.email, new.color, new.price_id, new.locale, new.first_name, new.last_name, new.phone,
    new.address_line1, new.address_line2, new.city, new.state, new.postal_code, new.country, new.status,
    new.checkout_attempt, new.session_id, new.session_state, new.session_expires_at, new.checkout_url,
    new.payment_intent_id, new.amount, new.currency, new.paid_at, new.refunded_amount, new.dispute_status,
    (select users.id from users where users.id = $2), new.created_at, $3
from jsonb_populate_record(null::preorders, $1) as new
