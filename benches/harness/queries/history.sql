-- What :count buyers and champions leave behind, all of it settled.
insert into users (id, email, stripe_customer_id, created_at, updated_at)
select 'old-' || n, 'old-' || n || '@example.com', 'cus_old' || n, now(), now() from generate_series(1, :count) as n;
insert into preorders (
    id, user_id, email, color, price_id, locale, status, checkout_attempt, session_id, session_state,
    session_expires_at, checkout_url, payment_intent_id, amount, currency, paid_at, klaviyo_event_sent_at, created_at,
    updated_at
)
select ('10000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'old-' || n, 'old-' || n || '@example.com',
       'sakura-pink', 'price_bench', 'en', 'completed', 1, 'cs_old' || n, 'closed', now(),
       'https://checkout.stripe.com/c/pay', 'pi_old' || n, 1999, 'usd', now(), now(), now(), now()
from generate_series(1, :count) as n;
insert into stripe_event (id, type, api_version, created, livemode, outcome, processed_at)
select 'evt_old' || n, 'checkout.session.completed', '2026-09-30.endive', now(), false, 'applied', now()
from generate_series(1, :count) as n;
insert into stripe_payment (payment_intent_id, invoice_id, updated_at)
select 'pi_old' || n, 'in_old' || n, now() from generate_series(1, :count) as n;
insert into outbox (id, key, metric, payload, created_at, sent_at)
select ('10000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'preorder_success:' || n, 'preorder_success',
       jsonb_build_object('profile', jsonb_build_object('email', 'old-' || n || '@example.com')), now(), now()
from generate_series(1, :count) as n;
insert into stripe_subscription (
    id, user_id, novel_id, customer_id, status, cancel_at_period_end, tier_level, started, updated_at
)
select 'sub_old' || n, 'old-' || n, 1 + n % 1000, 'cus_old' || n, 'active', false, 1, true, now()
from generate_series(1, :count) as n;
insert into payment_record (
    user_id, novel_id, type, kind, tier_level, amount, payment_method, status, stripe_subscription_id,
    stripe_payment_intent_id, stripe_customer_id, stripe_invoice_id, period_start, period_end, paid_at
)
select 'old-' || n, 1 + n % 1000, 'subscription', 'subscription', 1, 100, 'stripe', 'completed', 'sub_old' || n,
       'pi_sub' || n, 'cus_old' || n, 'in_old' || n, now(), now() + interval '30 days', now()
from generate_series(1, :count) as n;
insert into user_champion_subscription (
    user_id, novel_id, tier_level, tier_name, monthly_price, start_date, end_date, is_active, auto_renew,
    payment_method, stripe_subscription_id, stripe_customer_id
)
select 'old-' || n, 1 + n % 1000, 1, 'Martial Cultivator', 100, now(), now() + interval '30 days', true, true, 'stripe',
       'sub_old' || n, 'cus_old' || n
from generate_series(1, :count) as n;
insert into user_champion_subscription_record (
    user_id, novel_id, tier_level, tier_name, monthly_price, payment_amount, payment_method, payment_status,
    subscription_type, subscription_duration_days, start_date, end_date, stripe_subscription_id,
    stripe_payment_intent_id, stripe_customer_id, payment_record_id
)
select user_id, novel_id, 1, 'Martial Cultivator', 100, 100, 'stripe', 'completed', 'new', 30, period_start, period_end,
       stripe_subscription_id, stripe_payment_intent_id, stripe_customer_id, record_id
from payment_record;
select add_default_champion_tiers(novel) from generate_series(2, 1000) as novel;
vacuum analyze
