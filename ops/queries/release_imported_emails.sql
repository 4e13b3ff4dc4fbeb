-- Takes the addresses $2 from all other users: the people $1 have proved that the addresses are theirs.
update users
set email = null, email_verified = false, lost_email = users.email,
    lost_email_proven = email_verified and last_login_at is not null, updated_at = $3
from unnest($1::text[], $2::text[]) as proven (id, email)
where lower(users.email) = lower(proven.email) and users.id <> proven.id
