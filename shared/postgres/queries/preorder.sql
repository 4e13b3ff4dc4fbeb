-- The columns of a preorder that are read. A file with the condition that chooses the preorders is appended to this one.
select preorders.id, user_id, email, color, price_id, locale, first_name, last_name, phone, address_line1, address_line2,
       city, state, postal_code, country, form_contact::text, customer_notes, marketing_consent, consent_text_version, status,
       checkout_attempt, session_id, session_state, session_expires_at, checkout_url, payment_intent_id, amount, currency, paid_at, refunded_amount,
       dispute_status, disputed_at, created_at,
       (
           select owner.email from users as owner
           where owner.id = preorders.user_id and (owner.email_verified or owner.last_login_at is null)
       ) as owner_email,
       (
           select jsonb_agg(jsonb_build_object(
               'intent', it.payment_intent_id, 'session', it.session_id, 'amount', it.amount, 'currency', it.currency,
               'paid_at', extract(epoch from it.paid_at)::bigint, 'refunded', it.refunded_amount,
               'dispute', it.dispute_status, 'disputed_since', extract(epoch from it.disputed_since)::bigint,
               'revoked', it.revoked, 'was_revoked', it.was_revoked
           ))
           from preorder_payment as it
           where it.preorder_id = preorders.id
       )::text as payments
from preorders
