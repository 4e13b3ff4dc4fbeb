-- Empties the payloads of the $2 oldest announcements that were parked before $1, and marks them as superseded at $3.
with cleared as (
    update outbox set payload = '{}', parked_at = null, superseded_at = $3::timestamptz
    where id = any(array(
        select id from outbox where parked_at < $1::timestamptz order by parked_at limit $2 for update skip locked
    ))
    returning id
)
select count(*) as cleared from cleared
