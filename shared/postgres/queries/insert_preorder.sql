-- Inserts a preorder that is made from a payment, with its payments ($4). An owner ($2) without a user row is left out and
-- linked later.
with payment as (
    insert into preorder_payment (
        id, preorder_id, payment_intent_id, session_id, amount, currency, paid_at, refunded_amount, dispute_status,
        disputed_since, revoked, was_revoked
    )
    select coalesce(intent, session, preorder.id::text), preorder.id, intent, session, it.amount, it.currency,
           to_timestamp(it.paid_at), refunded, dispute, to_timestamp(it.disputed_since), it.revoked, it.was_revoked
    from (select ($1::jsonb ->> 'id')::uuid as id) as preorder,
         jsonb_to_recordset($4::text::jsonb) as it (
             intent text, session text, amount bigint, currency text, paid_at bigint, refunded bigint, dispute text,
             disputed_since bigint, revoked boolean, was_revoked boolean
         )
    on conflict (id) do update
    set session_id = excluded.session_id, refunded_amount = excluded.refunded_amount,
        dispute_status = excluded.dispute_status, disputed_since = excluded.disputed_since, revoked = excluded.revoked,
        was_revoked = excluded.was_revoked
)
insert into preorders (
    id, email, color, price_id, locale, first_name, last_name, phone, address_line1, address_line2, city, state,
    postal_code, country, status, checkout_attempt, session_id, session_state, session_expires_at, checkout_url,
    payment_intent_id, amount, currency, paid_at, refunded_amount, dispute_status, disputed_at, consent_text_version,
    user_id, created_at, updated_at
)
select
    new.id, new.email, new.color, new.price_id, new.locale, new.first_name, new.last_name, new.phone,
    new.address_line1, new.address_line2, new.city, new.state, new.postal_code, new.country, new.status,
    new.checkout_attempt, new.session_id, new.session_state, new.session_expires_at, new.checkout_url,
    new.payment_intent_id, new.amount, new.currency, new.paid_at, new.refunded_amount, new.dispute_status, new.disputed_at,
    new.consent_text_version,
    (select users.id from users where users.id = resolved_user($2)), new.created_at, $3
from jsonb_populate_record(null::preorders, $1) as new
