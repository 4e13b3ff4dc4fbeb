insert into users (id, email, created_at, updated_at)
select 'uid-' || n, 'reader-' || n || '@example.com', now(), now() from generate_series(:first, :last) as n;
insert into preorders (
    id, user_id, email, color, price_id, locale, status, checkout_attempt, session_id, session_state,
    session_expires_at, checkout_url, created_at, updated_at
)
select id, 'uid-' || n, 'reader-' || n || '@example.com', 'sakura-pink', 'price_bench', 'en', 'processing', 1,
       'cs_test_' || replace(id::text, '-', ''), 'open', now() + interval '1 day', 'https://checkout.stripe.com/c/pay',
       now(), now()
from generate_series(:first, :last) as n
cross join lateral (select ('00000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid as id) as numbered;
analyze
