-- Those of the rows $1 that wait to be sent; rows of the kinds $4 say whether their buyer has a paid preorder. Rows that
-- aren't true any more are superseded at $5 instead: rows of the kinds $2 if the payment in the key is paid; rows of the
-- kinds $3 if the preorder in the key is paid or has a newer session than the one in the key, or if its buyer has paid
-- another preorder since it was made; rows of the kinds $6 if another consent counts for their address by now. Each row has
-- the end of Klaviyo's pause, and whether its address agrees to marketing; an unproven consent counts as unknown.
with waiting as (
    select id, key, metric, payload, attempts, split_part(key, ':', 2) as subject, split_part(key, ':', 3) as session_id
    from outbox
    where id = any($1::uuid[]) and sent_at is null and parked_at is null and superseded_at is null
),
preorder as (
    select waiting.id as outbox_id, preorders.id, user_id, lower(email) as email, created_at,
           waiting.session_id like 'cs\_%' and preorders.session_id is distinct from waiting.session_id as has_newer_session
    from waiting
    -- `case` keeps other keys from being cast to a preorder's id.
    join preorders on preorders.id = case when metric = any($3::text[] || $4::text[]) then subject::uuid end
),
paid as (
    select outbox_id, mine.id = preorder.id or mine.paid_at >= preorder.created_at as since_it_was_made
    from preorder
    join preorders as mine on lower(mine.email) = preorder.email and mine.status = 'completed'
    union all
    select outbox_id, mine.id = preorder.id or mine.paid_at >= preorder.created_at
    from preorder
    join preorders as mine on mine.user_id = preorder.user_id and mine.status = 'completed'
),
superseded as (
    update outbox set superseded_at = $5::timestamptz
    from waiting
    where outbox.id = waiting.id and outbox.sent_at is null
      and (
          waiting.metric = any($2) and exists (
              select from payment_record where paid_at is not null and stripe_invoice_id = waiting.subject
              union all
              select from payment_record where paid_at is not null and stripe_payment_intent_id = waiting.subject
          )
          or waiting.metric = any($3) and (
              exists (select from preorder where outbox_id = waiting.id and has_newer_session)
              or exists (select from paid where outbox_id = waiting.id and since_it_was_made)
          )
          or waiting.metric = any($6) and exists (
              select from consent as mine
              join consent as other on lower(other.email) = lower(mine.email)
              where mine.id = waiting.id
                and (other.proven, other.said_at, other.id) > (mine.proven, mine.said_at, mine.id)
          )
      )
    returning outbox.id
)
select id, key, metric, payload, attempts,
       case when metric = any($4) then exists (select from paid where outbox_id = waiting.id) end as has_paid_preorder,
       (select max(not_before) from outbox where not_before is not null and sent_at is null and not_before > $5)
           as paused_until,
       (
           select case when proven or not given then given end
           from consent
           where lower(consent.email) = lower(payload -> 'profile' ->> 'email')
           order by proven desc, said_at desc, consent.id desc
           limit 1
       ) as marketing_consent
from waiting
where not exists (select from superseded where superseded.id = waiting.id)
