-- Empties the payloads of the $2 oldest announcements that were sent or superseded before $1.
with cleared as (
    update outbox set payload = '{}'
    where id = any(array(
        select id from outbox
        where coalesce(sent_at, superseded_at) < $1::timestamptz and payload <> '{}'
        order by coalesce(sent_at, superseded_at)
        limit $2
        for update skip locked
    ))
    returning id
)
select count(*) as cleared from cleared
