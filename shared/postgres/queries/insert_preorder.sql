-- A preorder that a payment has become. An owner whom we have no row for is left out and linked later.
insert into preorders (
    id, email, color, price_id, locale, first_name, last_name, phone, address_line1, address_line2, city, state,
    postal_code, country, customer_notes, marketing_consent, status, checkout_attempt, session_id, session_state,
    session_expires_at, checkout_url, payment_intent_id, amount, currency, paid_at, refunded_amount, dispute_status,
    user_id, created_at, updated_at
)
values (
    $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24,
    $25, $26, $27, $28, (select id from users where id = $29), $30, $31
)
