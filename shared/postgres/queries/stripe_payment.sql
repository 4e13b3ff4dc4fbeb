select * from stripe_payment where payment_intent_id = $1
