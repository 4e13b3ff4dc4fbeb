-- Inserts a preorder and its `preorder_started` announcement, unless preorder $6 exists. A new preorder takes one of the $8
-- uses in an hour of key $7, and then one of the $10 uses of key $9 (null: no limit), as in take_uses.sql. If a limit is
-- used up, returns 1 for the first or 2 for the second, and inserts nothing.
with fresh as (
    select from (select) as one where not exists (select from preorders where id = $6)
),
first_use as (
    insert into limit_use as used (key, used_until)
    select sha256(convert_to(salt || $7::text, 'UTF8')), $11::timestamptz + interval '1 hour' / $8::integer
    from limit_salt, fresh
    where $7 is not null
    on conflict (key) do update
    set used_until = greatest(used.used_until, $11) + interval '1 hour' / $8
    where used.used_until <= $11 + interval '1 hour' - interval '1 hour' / $8
    returning 1
),
second_use as (
    insert into limit_use as used (key, used_until)
    select sha256(convert_to(salt || $9::text, 'UTF8')), $11 + interval '1 hour' / $10::integer
    from limit_salt, fresh
    where $9 is not null and ($7 is null or exists (select from first_use))
    on conflict (key) do update
    set used_until = greatest(used.used_until, $11) + interval '1 hour' / $10
    where used.used_until <= $11 + interval '1 hour' - interval '1 hour' / $10
    returning 1
),
inserted as (
    insert into preorders (
        id, email, color, price_id, locale, first_name, last_name, phone, address_line1, address_line2, city, state,
        postal_code, country, customer_notes, marketing_consent, consent_text_version, status,
        checkout_attempt, created_at, updated_at
    )
    select
        id, email, color, price_id, locale, first_name, last_name, phone, address_line1, address_line2, city, state,
        postal_code, country, customer_notes, marketing_consent, consent_text_version, status,
        checkout_attempt, created_at, created_at
    from jsonb_populate_record(null::preorders, $1), fresh
    where ($7 is null or exists (select from first_use)) and ($9 is null or exists (select from second_use))
    on conflict (id) do nothing
    returning created_at
),
announced as (
    insert into outbox (id, key, metric, payload, created_at)
    select $2, $3, $4, $5, inserted.created_at from inserted
    on conflict (key) do nothing
)
select 1 as none_left from fresh where $7 is not null and not exists (select from first_use)
union all
select 2 from fresh
where $9 is not null and ($7 is null or exists (select from first_use)) and not exists (select from second_use)
