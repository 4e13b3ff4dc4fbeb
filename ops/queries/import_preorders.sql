-- Inserts preorders that nobody paid from an older system: ids $1, addresses $2, colours $3, locales $4, uids $5, times
-- $6, written at $7. Preorders that are stored already stay as they are, and none of a forgotten person is inserted. An
-- owner who has no row here is left out and linked later.
insert into preorders (id, email, color, locale, status, user_id, created_at, updated_at)
select it.id, it.email, it.color, it.locale, 'initiated', owner.id, it.created_at, $7
from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[])
    as it (id, email, color, locale, user_id, created_at)
left join users as owner on owner.id = resolved_user(it.user_id)
where owner.erased_at is null
on conflict (id) do nothing
returning id
