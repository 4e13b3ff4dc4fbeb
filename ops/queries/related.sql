-- Everything that is one step away from the ids $1, those of them that are UUIDs $2, and the people $3. A kind is
-- `preorder`, `person`, `champion` (a reader and a novel) or `key` (an id to follow further).
select 'preorder' as kind, id::text as id, null::bigint as novel_id from preorders where id = any($2::uuid[])
union select 'preorder', id::text, null from preorders where preorder_number = any($1::text[])
union select 'preorder', id::text, null from preorders where lower(email) = any($1)
union select 'preorder', id::text, null from preorders where session_id = any($1)
union select 'preorder', id::text, null from preorders where payment_intent_id = any($1)
union select 'preorder', id::text, null from preorders where user_id = any($3::text[])
union select 'preorder', preorders.id::text, null
    from users join preorders on lower(preorders.email) = lower(users.email) and preorders.user_id is null
    where users.id = any($3)
union select 'preorder', preorder_id::text, null from preorder_payment where id = any($1)
union select 'preorder', preorder_id::text, null from preorder_payment where payment_intent_id = any($1)
union select 'preorder', preorder_id::text, null from preorder_payment where session_id = any($1)
union select 'person', id, null from users where id = any($1)
union select 'person', id, null from users where lower(email) = any($1)
union select 'person', id, null from users where stripe_customer_id = any($1)
union select 'person', id, null from users where lower(lost_email) = any($1)
union select 'person', user_id, null from user_alias where former_id = any($3)
union select 'person', former_id, null from user_alias where user_id = any($3)
union select 'person', user_id, null from user_champion_subscription where stripe_customer_id = any($1)
union select 'person', user_id, null from payment_record where stripe_customer_id = any($1)
union select 'champion', user_id, novel_id from user_champion_subscription where user_id = any($3)
union select 'champion', user_id, novel_id from stripe_subscription where user_id = any($3)
union select 'champion', user_id, novel_id from payment_record where user_id = any($3) and novel_id is not null
union select 'champion', user_id, novel_id from stripe_subscription where id = any($1)
union select 'champion', user_id, novel_id from payment_record where record_id = any($2) and novel_id is not null
union select 'champion', user_id, novel_id from payment_record
    where stripe_payment_intent_id = any($1) and novel_id is not null
union select 'champion', user_id, novel_id from payment_record where stripe_invoice_id = any($1) and novel_id is not null
union select 'champion', user_id, novel_id from payment_record
    where stripe_subscription_id = any($1) and novel_id is not null
union select 'key', payment_intent_id, null from stripe_refund where id = any($1)
union select 'key', payment_intent_id, null from stripe_dispute where id = any($1)
union select 'key', invoice_id, null from stripe_payment where payment_intent_id = any($1) and invoice_id is not null
union select 'key', unnest(keys), null from stripe_event where id = any($1)
union select 'key', unnest(keys), null from stripe_event where keys && $1 and keys <> '{}'
union select 'key', split_part(key, ':', 2), null from outbox where id = any($2)
