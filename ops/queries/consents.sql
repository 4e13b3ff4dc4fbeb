-- What was said of marketing to the addresses of the users $1 and of the preorders $2, or by these users, also to addresses
-- that were theirs before.
select said_at, id, email, user_id, given, proven, source, text_version
from consent
where lower(email) in (
    select lower(email) from users where id = any($1::text[])
    union
    select lower(email) from preorders where id = any($2::uuid[])
)
union
select said_at, id, email, user_id, given, proven, source, text_version
from consent
where user_id = any($1)
order by said_at, id
