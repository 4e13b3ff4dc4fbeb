-- What announcements say that Klaviyo refused before $1, the $2 oldest. They are left out for good at $3.
with cleared as (
    update outbox set payload = '{}', parked_at = null, superseded_at = $3::timestamptz
    where id = any(array(
        select id from outbox where parked_at < $1::timestamptz order by parked_at limit $2 for update skip locked
    ))
    returning id
)
select count(*) as cleared from cleared
