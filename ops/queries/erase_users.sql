-- What says who the users $1 are. Their ids stay, since payments hang on them. An address that nobody has stands for none,
-- so that nobody takes one of an invoice's instead. What they said of marketing goes.
with forgotten as (
    delete from consent
    where lower(email) in (select lower(users.email) from users where id = any($1::text[]) and erased_at is null)
)
update users
set email = 'erased@' || md5(id) || '.invalid', email_verified = false, display_name = null, photo_url = null, phone = null,
    marketing_consent = false, last_login_at = null, lost_email = null, lost_email_proven = false, erased_at = $2, updated_at = $2
where id = any($1::text[]) and erased_at is null
