-- Inserts people from another system. Values that are stored stay, and missing ones are filled in. An address that
-- another user has stays with that user. Whoever agreed to marketing or withdrew here has said so later than there.
insert into users as mine (
    id, email, email_verified, display_name, photo_url, phone, marketing_consent, last_login_at, created_at, updated_at
)
select person.id, case when not taken then person.email end, not taken and person.email_verified, person.display_name,
       person.photo_url, person.phone, person.marketing_consent, person.last_login_at,
       coalesce(person.created_at, $10), $10
from unnest(
    $1::text[], $2::text[], $3::boolean[], $4::text[], $5::text[], $6::text[], $7::boolean[], $8::timestamptz[],
    $9::timestamptz[]
) as person (
    id, email, email_verified, display_name, photo_url, phone, marketing_consent, last_login_at, created_at
)
cross join lateral (
    select exists (
        select from users where lower(users.email) = lower(person.email) and users.id <> person.id
    ) as taken
) as address
on conflict (id) do update
set email = coalesce(mine.email, excluded.email),
    email_verified = case when lower(coalesce(mine.email, excluded.email)) = lower(excluded.email)
                          then mine.email_verified or excluded.email_verified else mine.email_verified end,
    display_name = coalesce(mine.display_name, excluded.display_name),
    photo_url = coalesce(mine.photo_url, excluded.photo_url),
    phone = coalesce(mine.phone, excluded.phone),
    marketing_consent = mine.marketing_consent or excluded.marketing_consent
        and not exists (select from consent where consent.user_id = mine.id),
    last_login_at = greatest(mine.last_login_at, excluded.last_login_at),
    updated_at = excluded.updated_at
-- A row that was just inserted was never replaced by a transaction: xmax is 0.
returning xmax = 0 as is_new
