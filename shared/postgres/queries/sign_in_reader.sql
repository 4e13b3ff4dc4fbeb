-- The profile of reader $1 from their token: address $2, whether it is verified $3, name $4, picture $5. An address
-- that somebody else's row has stays there.
insert into users as mine (
    id, email, email_verified, display_name, photo_url, last_login_at, created_at, updated_at
)
select $1, case when not taken then $2::text end, not taken and $2 is not null and $3::boolean, $4, $5,
       $6::timestamptz, $6, $6
from (select exists (select from users where lower(users.email) = lower($2) and users.id <> $1) as taken) as address
on conflict (id) do update
set email = case when $2 is null then mine.email else excluded.email end,
    email_verified = case when $2 is null then mine.email_verified else excluded.email_verified end,
    display_name = coalesce(excluded.display_name, mine.display_name),
    photo_url = coalesce(excluded.photo_url, mine.photo_url),
    last_login_at = excluded.last_login_at,
    updated_at = excluded.updated_at
returning stripe_customer_id
