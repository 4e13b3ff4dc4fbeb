insert into users (id, email, created_at, updated_at)
select 'uid-' || n, 'reader-' || n || '@example.com', now(), now() from generate_series(:first, :last) as n;
insert into preorders (id, user_id, email, color, price_id, locale, status, created_at, updated_at)
select ('00000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'uid-' || n, 'reader-' || n || '@example.com',
       'sakura-pink', 'price_bench', 'en', 'initiated', now(), now()
from generate_series(:first, :last) as n;
analyze
