-- What is known of the payments of reader $1 for novel $2, by themselves, by their invoices, or by invoice $3.
select * from stripe_payment
where payment_intent_id in (
    select stripe_payment_intent_id from payment_record where user_id = $1 and novel_id = $2 and kind is not null
)
union
select * from stripe_payment
where invoice_id in (
    select stripe_invoice_id from payment_record where user_id = $1 and novel_id = $2 and kind is not null
)
union
select * from stripe_payment where invoice_id = $3::text
