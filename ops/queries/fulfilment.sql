-- Since when and why preorder $1 is held, and when it was sent; each is null if it isn't so.
select held_at, held_reason, fulfilled_at from preorders where id = $1
