-- Consent to marketing, given or withdrawn, for the addresses of the users $1 and of the preorders $2, and by these users
-- for any other address, such as a former one.
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
