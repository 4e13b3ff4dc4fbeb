-- Removes from the users $1 who they are. Their ids stay, since payments refer to them. The row keeps an address that
-- cannot exist: with an empty one, a later invoice's address would fill it. Their consent goes too, except for an address
-- that another user has by now: that row stays without its user, since it may be a withdrawal.
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
