-- Events, each with the reader whom it is about, as far as that is known. Other files append the condition to this one.
select id, type, created, outcome, reason, keys,
       coalesce(
           (select user_id from stripe_subscription as known where known.id = any(event.keys) limit 1),
           (select user_id from payment_record where stripe_invoice_id = any(event.keys) limit 1),
           (select user_id from payment_record where stripe_payment_intent_id = any(event.keys) limit 1)
       ) as reader
from stripe_event as event
