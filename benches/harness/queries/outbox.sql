insert into outbox (id, key, metric, payload, created_at)
select ('00000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid,
       'preorder_started:00000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'), 'preorder_started',
       jsonb_build_object(
           'profile', jsonb_build_object('email', 'reader-' || n || '@example.com', 'first_name', 'Ada'),
           'properties', jsonb_build_object(
               'color', 'sakura-pink', 'preorder_id', '00000000-0000-4000-8000-000000000001', 'locale', 'en',
               'source', 'web_form'
           ),
           'occurred_at', '2026-03-12T19:03:58Z'
       ),
       now()
from generate_series(:first, :last) as n;
analyze
