-- Every id by which events and announcements name the preorders $1, the readers $2 with their novels $3, and the people $4.
with champion as (
    select user_id, novel_id from unnest($2::text[], $3::bigint[]) as champion (user_id, novel_id)
),
payment as (
    select payment_record.record_id, payment_record.stripe_invoice_id, payment_record.stripe_payment_intent_id
    from champion join payment_record using (user_id, novel_id)
),
intent as (
    select payment_intent_id as id from preorders where id = any($1::uuid[]) and payment_intent_id is not null
    union select payment_intent_id from preorder_payment where preorder_id = any($1) and payment_intent_id is not null
    union select stripe_payment_intent_id from payment where stripe_payment_intent_id is not null
    union select stripe_payment.payment_intent_id
        from payment join stripe_payment on stripe_payment.invoice_id = payment.stripe_invoice_id
)
select id::text as key from unnest($1) as preorder (id)
union select session_id from preorders where id = any($1) and session_id is not null
union select session_id from preorder_payment where preorder_id = any($1) and session_id is not null
union select id from intent
union select stripe_refund.id from intent join stripe_refund on stripe_refund.payment_intent_id = intent.id
union select stripe_dispute.id from intent join stripe_dispute on stripe_dispute.payment_intent_id = intent.id
union select user_id from champion
union select unnest($4::text[])
union select stripe_customer_id from users where id = any($4) and stripe_customer_id is not null
union select stripe_subscription.id from champion join stripe_subscription using (user_id, novel_id)
union select record_id::text from payment
union select stripe_invoice_id from payment where stripe_invoice_id is not null
