-- Takes one of the $2 uses in an hour of key $1, and then one of the $4 uses of key $3 (null: no limit), by the rule of
-- Limit::take. If a limit is used up, returns 1 for the first or 2 for the second; if it is the first, no use of the second
-- is taken. The time is $5.
with first_use as (
    insert into limit_use as used (key, used_until)
    select sha256(convert_to(salt || $1::text, 'UTF8')), $5::timestamptz + interval '1 hour' / $2::integer
    from limit_salt
    where $1 is not null
    on conflict (key) do update
    set used_until = greatest(used.used_until, $5) + interval '1 hour' / $2
    where used.used_until <= $5 + interval '1 hour' - interval '1 hour' / $2
    returning 1
),
second_use as (
    insert into limit_use as used (key, used_until)
    select sha256(convert_to(salt || $3::text, 'UTF8')), $5 + interval '1 hour' / $4::integer
    from limit_salt
    where $3 is not null and ($1 is null or exists (select from first_use))
    on conflict (key) do update
    set used_until = greatest(used.used_until, $5) + interval '1 hour' / $4
    where used.used_until <= $5 + interval '1 hour' - interval '1 hour' / $4
    returning 1
)
select 1 as none_left where $1 is not null and not exists (select from first_use)
union all
select 2
where $3 is not null and ($1 is null or exists (select from first_use)) and not exists (select from second_use)
