-- What becomes known of payment $1 also concerns whoever records the invoice or the preorder that it paid.
select pg_advisory_xact_lock(hashtextextended(key, 0))
from (
    select invoice_id as key from stripe_payment where payment_intent_id = $1::text and invoice_id is not null
    union
    select 'preorder ' || preorder_id from preorder_payment where payment_intent_id = $1
    union
    select 'preorder ' || id from preorders where payment_intent_id = $1
) as linked
order by key
