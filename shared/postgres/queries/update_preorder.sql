-- Writes those columns of a preorder that an event can change, and its payments ($3). The transaction must have locked the
-- preorder.
with payment as (
    insert into preorder_payment (
        id, preorder_id, payment_intent_id, session_id, amount, currency, paid_at, refunded_amount, dispute_status,
        disputed_since, revoked, was_revoked
    )
    select coalesce(intent, session, preorder.id::text), preorder.id, intent, session, it.amount, it.currency,
           to_timestamp(it.paid_at), refunded, dispute, to_timestamp(it.disputed_since), it.revoked, it.was_revoked
    from (select ($1::jsonb ->> 'id')::uuid as id) as preorder,
         jsonb_to_recordset($3::text::jsonb) as it (
             intent text, session text, amount bigint, currency text, paid_at bigint, refunded bigint, dispute text,
             disputed_since bigint, revoked boolean, was_revoked boolean
         )
    on conflict (id) do update
    set session_id = excluded.session_id, refunded_amount = excluded.refunded_amount,
        dispute_status = excluded.dispute_status, disputed_since = excluded.disputed_since, revoked = excluded.revoked,
        was_revoked = excluded.was_revoked
)
update preorders
set
    email = new.email, color = new.color, price_id = new.price_id, locale = new.locale, first_name = new.first_name,
    last_name = new.last_name, phone = new.phone, address_line1 = new.address_line1,
    address_line2 = new.address_line2, city = new.city, state = new.state, postal_code = new.postal_code,
    country = new.country, form_contact = new.form_contact, status = new.status, checkout_attempt = new.checkout_attempt,
    session_id = new.session_id, session_state = new.session_state, session_expires_at = new.session_expires_at,
    checkout_url = new.checkout_url, payment_intent_id = new.payment_intent_id, amount = new.amount,
    currency = new.currency, paid_at = new.paid_at, refunded_amount = new.refunded_amount,
    dispute_status = new.dispute_status, disputed_at = new.disputed_at, updated_at = $2
from jsonb_populate_record(null::preorders, $1) as new
where preorders.id = new.id
