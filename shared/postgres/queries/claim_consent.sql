-- Stores the consent to marketing, or its withdrawal, with id $1 of user $2 (null: not signed in) for address $3: given $4,
-- proven $5, source $6, version of the text $7; and its announcement with the same id: key $8, metric $9, payload $10.
-- Stores neither if they repeat the consent that counts for the address, unless a preorder's form gives it for a proven
-- address, or if a preorder $11 is given that has an owner or another address than $12. The time is $13. The user's row gets
-- the user's last answer.
with newest as (
    select given, proven, text_version
    from consent
    where lower(email) = lower($3)
    order by proven desc, said_at desc, id desc
    limit 1
),
said as (
    insert into consent (id, email, user_id, given, proven, source, text_version, said_at)
    select $1, $3, resolved_user($2), $4::boolean, $5::boolean, $6, $7, $13::timestamptz
    where (
        $11::uuid is null or exists (
            select from preorders where id = $11 and user_id is null and lower(preorders.email) = lower($12)
        )
    )
      and (
        ($4 and $5 and $6::text = 'preorder_form')
        or not exists (
            select from newest
            where given = $4 and proven >= $5 and (not $4 or text_version is not distinct from $7::text)
        )
    )
    on conflict (id) do nothing
    returning id
),
announced as (
    insert into outbox (id, key, metric, payload, created_at)
    select said.id, $8, $9, $10, $13 from said
    on conflict (key) do nothing
)
update users
set marketing_consent = $4, updated_at = $13
where id = resolved_user($2) and marketing_consent <> $4 and ($11 is null or exists (select from said))
