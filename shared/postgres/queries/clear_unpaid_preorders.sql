-- Deletes the $2 oldest preorders from before $1 for which nothing was ever paid and nothing can be paid any more, and
-- empties the payloads of their announcements. Announcements that aren't sent are superseded at $3. A session that expired
-- before $1 can't be paid any more, not by its link either. `Preorder::can_be_deleted` has the same condition.
with cleared as (
    delete from preorders
    where id = any(array(
        select id from preorders
        where paid_at is null and created_at < $1::timestamptz
          and status in ('initiated', 'failed', 'cancelled')
          and session_state is distinct from 'awaiting_payment'
          and coalesce(session_expires_at < $1, session_state is distinct from 'open')
          and not exists (select from preorder_payment where preorder_payment.preorder_id = preorders.id)
        order by created_at
        limit $2
        for update skip locked
    ))
    returning id
),
silenced as (
    update outbox
    set payload = '{}', parked_at = null,
        superseded_at = case when sent_at is null then coalesce(superseded_at, $3::timestamptz) else superseded_at end
    from cleared
    where split_part(key, ':', 2) = cleared.id::text and payload <> '{}'
)
select count(*) as cleared from cleared
