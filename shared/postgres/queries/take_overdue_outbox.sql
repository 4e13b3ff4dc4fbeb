-- Marks up to $3 rows that have waited since before $1 as queued at $2, and returns them. Concurrent sweeps take different
-- rows.
with overdue as (
    select id, coalesce(queued_at, created_at) as waits_since
    from outbox
    where sent_at is null and parked_at is null and superseded_at is null and coalesce(queued_at, created_at) < $1
    order by waits_since
    limit $3
    for update skip locked
),
taken as (
    update outbox set queued_at = $2 from overdue where outbox.id = overdue.id returning outbox.id, waits_since
)
select id from taken order by waits_since
