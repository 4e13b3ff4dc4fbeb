-- The profile of user $1 from their token: address $4, whether it is verified $5, name $6, picture $7; from the form
-- the telephone number $8 and the consent $9. An address that somebody else's row has stays there.
insert into users as mine (
    id, email, email_verified, display_name, photo_url, phone, marketing_consent, last_login_at, created_at, updated_at
)
select $1, case when not taken then $4 end, not taken and $4 is not null and $5, $6, $7, $8, $9, $10, $10, $10
from preorders
cross join (
    select exists (select from users where lower(users.email) = lower($4) and users.id <> $1) as taken
) as address
where preorders.id = $2 and preorders.user_id is null and lower(preorders.email) = lower($3)
on conflict (id) do update
set email = case when $4 is null then mine.email else excluded.email end,
    email_verified = case when $4 is null then mine.email_verified else excluded.email_verified end,
    display_name = coalesce(excluded.display_name, mine.display_name),
    photo_url = coalesce(excluded.photo_url, mine.photo_url),
    phone = coalesce(mine.phone, excluded.phone),
    marketing_consent = mine.marketing_consent or excluded.marketing_consent,
    last_login_at = excluded.last_login_at,
    updated_at = excluded.updated_at
