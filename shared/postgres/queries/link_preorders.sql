-- If preorder $2 has no owner, every ownerless preorder of address $4, or else of its own address, becomes user $1's.
update preorders
set user_id = $1, updated_at = $5
from preorders as named
where named.id = $2 and named.user_id is null and lower(named.email) = lower(coalesce($3, named.email))
  and preorders.user_id is null and lower(preorders.email) = lower(coalesce($4, named.email))
returning preorders.id
