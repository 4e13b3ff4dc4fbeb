-- Inserts user $1's row: address $2 unless another row has it, whether it is verified $3, name $4, picture $5, telephone
-- number $6. Updates an existing row only if $7 is true, which means after a sign-in. Does nothing if a preorder $8 is
-- given that has an owner or another address than $9. The time of the change is $10.
insert into users as mine (
    id, email, email_verified, display_name, photo_url, phone, last_login_at, created_at, updated_at
)
select resolved_user($1), case when not taken then $2::text end, not taken and $2 is not null and $3::boolean, $4, $5, $6,
       case when $7::boolean then $10::timestamptz end, $10, $10
from (select exists (select from users where lower(users.email) = lower($2) and users.id <> resolved_user($1)) as taken) as address
where $8::uuid is null or exists (
    select from preorders where id = $8 and user_id is null and lower(preorders.email) = lower($9)
)
on conflict (id) do update
set email = case when $2 is null then mine.email else excluded.email end,
    email_verified = case when $2 is null then mine.email_verified else excluded.email_verified end,
    lost_email = case when excluded.email is null then mine.lost_email end,
    lost_email_proven = excluded.email is null and mine.lost_email_proven,
    customer_is_outdated = mine.customer_is_outdated
        or mine.stripe_customer_id is not null and excluded.email_verified
           and (not mine.email_verified or lower(mine.email) is distinct from lower(excluded.email)),
    display_name = coalesce(excluded.display_name, mine.display_name),
    photo_url = coalesce(excluded.photo_url, mine.photo_url),
    phone = coalesce(mine.phone, excluded.phone),
    last_login_at = excluded.last_login_at,
    updated_at = excluded.updated_at
where $7
returning stripe_customer_id
