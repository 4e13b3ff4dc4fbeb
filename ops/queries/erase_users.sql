-- Removes the personal data of the users $1. Their ids stay, since payments refer to them. Each row gets an address that
-- can't exist, since the address of a later invoice would replace a missing one. The users' consents are deleted, except
-- for addresses that other users have by now: these rows may be withdrawals, and only lose their user.
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
