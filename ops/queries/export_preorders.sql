-- The preorders that were made from $1 on and before $2, the oldest first.
select id::text as preorder_id, preorder_number, to_char(created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as created_at,
       -- Only preorders that are to be sent have the status `completed`, since the export is filtered by it; those that are
       -- disputed, held or sent already have another one.
       case
           when disputed_at is not null then 'disputed'
           when status <> 'completed' then status
           when fulfilled_at is not null then 'fulfilled'
           when held_at is not null then 'held'
           else status
       end as status, color, price_id, locale, user_id, email, first_name, last_name, phone, address_line1, address_line2, city,
       state, postal_code, country, customer_notes, marketing_consent::text as marketing_consent,
       amount::text as amount_minor_units, currency,
       to_char(paid_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as paid_at,
       refunded_amount::text as refunded_minor_units, dispute_status, session_id, payment_intent_id, held_reason,
       to_char(fulfilled_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as fulfilled_at
from preorders
where created_at >= $1 and created_at < $2
order by preorders.created_at, id
