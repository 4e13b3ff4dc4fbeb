-- The owner of account $1 is known to own the preorder's address, so no other row keeps it. An account that has a row
-- already keeps it as it is.
update users
set email = null, email_verified = false, updated_at = $4
from preorders
where preorders.id = $2 and preorders.user_id is null
  and lower(preorders.email) = lower(coalesce($3, preorders.email))
  and lower(users.email) = lower(preorders.email) and users.id <> $1
  and not exists (select from users as mine where mine.id = $1)
