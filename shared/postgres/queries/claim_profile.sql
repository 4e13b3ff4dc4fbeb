-- User $1's row: address $2 unless another row has it, whether that is verified $3, name $4, picture $5, telephone
-- number $6, marketing consent $7. A known row is updated only if $8, that is after a sign-in. Only while preorder $9,
-- if one is given, is of address $10 and has no owner.
insert into users as mine (
    id, email, email_verified, display_name, photo_url, phone, marketing_consent, last_login_at, created_at, updated_at
)
select resolved_user($1), case when not taken then $2::text end, not taken and $2 is not null and $3::boolean, $4, $5, $6, $7,
       case when $8::boolean then $11::timestamptz end, $11, $11
from (select exists (select from users where lower(users.email) = lower($2) and users.id <> resolved_user($1)) as taken) as address
where $9::uuid is null or exists (
    select from preorders where id = $9 and user_id is null and lower(preorders.email) = lower($10)
)
on conflict (id) do update
set email = case when $2 is null then mine.email else excluded.email end,
    email_verified = case when $2 is null then mine.email_verified else excluded.email_verified end,
    lost_email = case when excluded.email is null then mine.lost_email end,
    lost_email_proven = excluded.email is null and mine.lost_email_proven,
    display_name = coalesce(excluded.display_name, mine.display_name),
    photo_url = coalesce(excluded.photo_url, mine.photo_url),
    phone = coalesce(mine.phone, excluded.phone),
    marketing_consent = mine.marketing_consent or excluded.marketing_consent,
    last_login_at = excluded.last_login_at,
    updated_at = excluded.updated_at
where $8
returning stripe_customer_id
