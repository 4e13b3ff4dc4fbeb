-- Lists those of the addresses $1 (in lower case) that other users than $2 have.
select lower(email) as email from users where lower(email) = any($1::text[]) and id <> all($2::text[])
union
select lower(email) from preorders where lower(email) = any($1) and user_id <> all($2)
