-- What becomes known of payment $1 also concerns whoever records the invoice that it is linked to.
select pg_advisory_xact_lock(hashtextextended(invoice_id, 0)) from stripe_payment
where payment_intent_id = $1::text and invoice_id is not null
