-- A preorder that this transaction has locked. Its owner and its birth are not the event's business.
update preorders
set email = $2, color = $3, price_id = $4, locale = $5, first_name = $6, last_name = $7, phone = $8,
    address_line1 = $9, address_line2 = $10, city = $11, state = $12, postal_code = $13, country = $14,
    customer_notes = $15, marketing_consent = $16, status = $17, checkout_attempt = $18, session_id = $19,
    session_state = $20, session_expires_at = $21, checkout_url = $22, payment_intent_id = $23, amount = $24,
    currency = $25, paid_at = $26, refunded_amount = $27, dispute_status = $28, updated_at = $29
where id = $1
