-- A row for account $1 with the preorder's address, unless somebody else's row has the address.
insert into users (id, email, email_verified, created_at, updated_at)
select $1, case when not taken then preorders.email end, not taken and $4, $5, $5
from preorders
cross join lateral (
    select exists (
        select from users where lower(users.email) = lower(preorders.email) and users.id <> $1
    ) as taken
) as address
where preorders.id = $2 and preorders.user_id is null
  and lower(preorders.email) = lower(coalesce($3, preorders.email))
on conflict (id) do nothing
