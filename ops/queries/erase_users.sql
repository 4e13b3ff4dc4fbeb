-- What says who the users $1 are. Their ids stay, since payments hang on them. An address that nobody has stands for none,
-- so that nobody takes one of an invoice's instead. What they said of marketing goes; what they said to an address that is
-- somebody else's by now stays, without who said it: it may be a withdrawal.
with others as (
    select id
    from consent
    where user_id = any($1::text[])
      and (select true from users where lower(users.email) = lower(consent.email) and users.id <> all($1) limit 1)
),
disowned as (
    update consent set user_id = null where id in (select id from others)
),
forgotten as (
    delete from consent
    where id in (
        select consent.id
        from users join consent on lower(consent.email) = lower(users.email)
        where users.id = any($1) and users.erased_at is null
        union
        select id from consent where user_id = any($1)
        except
        select id from others
    )
)
update users
set email = 'erased@' || md5(id) || '.invalid', email_verified = false, display_name = null, photo_url = null, phone = null,
    marketing_consent = false, last_login_at = null, lost_email = null, lost_email_proven = false, erased_at = $2, updated_at = $2
where id = any($1::text[]) and erased_at is null
