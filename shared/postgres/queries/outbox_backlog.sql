-- How many announcements wait to be sent, since when the oldest of them waits, and how many are parked.
select count(*) filter (where parked_at is null) as waiting,
       min(created_at) filter (where parked_at is null) as oldest,
       count(*) filter (where parked_at is not null) as parked
from outbox
where (sent_at is null and parked_at is null and superseded_at is null) or parked_at is not null
