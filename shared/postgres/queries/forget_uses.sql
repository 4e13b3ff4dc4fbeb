-- Makes a new salt on a new day, and deletes counters that are fully restored, except those that are in use at this moment.
with salted as (
    update limit_salt set day = $1::timestamptz::date, salt = gen_random_uuid() || '' || gen_random_uuid()
    where day < $1::timestamptz::date
)
delete from limit_use
where key = any (array(
    select key from limit_use where used_until < $1 order by used_until limit 5000 for update skip locked
))
