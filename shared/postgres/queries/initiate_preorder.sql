-- A new preorder and its `preorder_started` announcement; nothing if the preorder is there already.
with inserted as (
    insert into preorders (
        id, email, color, price_id, locale, first_name, last_name, phone, address_line1, address_line2, city, state,
        postal_code, country, customer_notes, marketing_consent, status, checkout_attempt, created_at, updated_at
    )
    select
        id, email, color, price_id, locale, first_name, last_name, phone, address_line1, address_line2, city, state,
        postal_code, country, customer_notes, marketing_consent, status, checkout_attempt, created_at, created_at
    from jsonb_populate_record(null::preorders, $1)
    on conflict (id) do nothing
    returning created_at
)
insert into outbox (id, key, metric, payload, created_at)
select $2, $3, $4, $5, inserted.created_at from inserted
on conflict (key) do nothing
