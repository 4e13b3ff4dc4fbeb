-- The rows that :count preorders and payments leave behind: a tenth as many readers, each with ten preorders and one
-- novel that they have paid for ten times. Ids grow with time.
--
-- The rows are consistent, so triggers and foreign keys are skipped.
set session_replication_role = replica;
insert into users (id, email, email_verified, stripe_customer_id, created_at, updated_at)
select 'old-' || name, 'old-' || name || '@example.com', true, 'cus_old' || name, now(), now()
from generate_series(1, greatest(:count / 10, 1)) as n, lpad(n::text, 9, '0') as name;
-- Six of ten are paid, two were given up, and two never came to the pay page; one of those two has no owner.
insert into preorders (
    id, user_id, email, color, price_id, locale, first_name, last_name, country, status, checkout_attempt, session_id,
    session_state, session_expires_at, checkout_url, payment_intent_id, amount, currency, paid_at,
    klaviyo_event_sent_at, created_at, updated_at
)
select ('10000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, case when digit < 9 then 'old-' || reader end,
       'old-' || reader || '@example.com', 'Honey Khaki', 'price_old', 'en', 'Ada', 'Lovelace', 'GB',
       case when is_paid then 'completed' when digit < 8 then 'cancelled' else 'initiated' end,
       case when digit < 8 then 1 else 0 end, case when digit < 8 then 'cs_old' || name end,
       case when digit < 8 then 'closed' end, case when digit < 8 then at + interval '1 day' end,
       case when digit < 8 then 'https://checkout.stripe.com/c/pay/cs_old' || name end,
       case when is_paid then 'pi_old' || name end, case when is_paid then 1999 end, case when is_paid then 'usd' end,
       case when is_paid then at end, case when is_paid then at end, at, at
from generate_series(1, :count) as n, lpad(n::text, 9, '0') as name, lpad(((n + 9) / 10)::text, 9, '0') as reader,
     mod(n, 10) as digit, lateral (select digit < 6) as paid (is_paid),
     lateral (select now() - (:count - n) * interval '10 seconds') as made (at);
insert into preorder_payment (id, preorder_id, payment_intent_id, session_id, amount, currency, paid_at)
select payment_intent_id, id, payment_intent_id, session_id, amount, currency, paid_at
from preorders
where payment_intent_id like 'pi_old%';
-- One of ten was refunded in part, and disputed.
insert into stripe_refund (id, payment_intent_id, amount, created_at, history, updated_at)
select 're_old' || name, 'pi_old' || name, 1, now(), '[]', now()
from generate_series(1, greatest(:count / 10, 1)) as n, lpad(n::text, 9, '0') as name;
insert into stripe_dispute (id, payment_intent_id, amount, history, updated_at)
select 'dp_old' || name, 'pi_old' || name, 1, '[]', now()
from generate_series(1, greatest(:count / 10, 1)) as n, lpad(n::text, 9, '0') as name;
-- Events that Stripe can no longer repeat were cleared out.
insert into stripe_event (id, type, api_version, created, livemode, outcome, processed_at, keys)
select 'evt_old' || name, 'checkout.session.completed', '2026-09-30.endive', at, false, 'applied', at,
       array['cs_old' || name, 'pi_old' || name]
from generate_series(1, greatest(:count / 10, 1)) as n, lpad(n::text, 9, '0') as name, lateral (select now() - n * interval '10 seconds') as made (at);
insert into stripe_payment (payment_intent_id, invoice_id, updated_at)
select 'pi_sub' || name, 'in_old' || name, now() from generate_series(1, :count) as n, lpad(n::text, 9, '0') as name;
insert into outbox (id, key, metric, payload, created_at, sent_at)
select id, 'preorder_success:' || id, 'preorder_success',
       jsonb_build_object('profile', jsonb_build_object('email', 'old-' || n || '@example.com')), at, at
from generate_series(1, :count) as n,
     lateral (select ('10000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid) as named (id),
     lateral (select now() - (:count - n) * interval '10 seconds') as made (at);
insert into stripe_subscription (
    id, user_id, novel_id, customer_id, status, cancel_at_period_end, tier_level, started, updated_at
)
select 'sub_old' || name, 'old-' || name, 1 + n % 1000, 'cus_old' || name, 'active', false, 1, true, now()
from generate_series(1, greatest(:count / 10, 1)) as n, lpad(n::text, 9, '0') as name;
insert into payment_record (
    record_id, user_id, novel_id, type, kind, tier_level, amount, payment_method, status, stripe_subscription_id,
    stripe_payment_intent_id, stripe_customer_id, stripe_invoice_id, period_start, period_end, paid_at, created_at
)
select ('10000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'old-' || reader, 1 + (n + 9) / 10 % 1000,
       'champion_' || kind, kind, 1, 100, 'stripe', 'completed', 'sub_old' || reader, 'pi_sub' || name,
       'cus_old' || reader, 'in_old' || name, at, at + interval '30 days', at, at
from generate_series(1, :count) as n, lpad(n::text, 9, '0') as name, lpad(((n + 9) / 10)::text, 9, '0') as reader,
     lateral (select case when mod(n, 10) = 1 then 'subscription' else 'renewal' end) as called (kind),
     lateral (select now() - mod(:count - n, 10) * interval '30 days') as made (at);
-- No row changes by time alone for weeks.
insert into user_champion_subscription (
    user_id, novel_id, tier_level, tier_name, monthly_price, start_date, end_date, is_active, auto_renew,
    payment_method, stripe_subscription_id, stripe_customer_id, next_change_at
)
select user_id, novel_id, 1, 'Martial Cultivator', 100, now() - interval '300 days', now() + interval '30 days', true,
       true, 'stripe', id, customer_id, now() + interval '30 days'
from stripe_subscription;
insert into user_champion_subscription_record (
    user_id, novel_id, tier_level, tier_name, monthly_price, payment_amount, payment_method, payment_status,
    subscription_type, subscription_duration_days, start_date, end_date, stripe_subscription_id,
    stripe_payment_intent_id, stripe_customer_id, payment_record_id, created_at
)
select user_id, novel_id, 1, 'Martial Cultivator', 100, 100, 'stripe', 'completed',
       case kind when 'subscription' then 'new' else 'renew' end, 30, period_start, period_end, stripe_subscription_id,
       stripe_payment_intent_id, stripe_customer_id, record_id, created_at
from payment_record;
insert into champion_segment (user_id, novel_id, start_at, end_at, tier_level, tier_until, payment_record_id)
select user_id, novel_id, period_start, period_end, 1, period_end, record_id from payment_record;
-- Each reader gave or withdrew consent several times.
insert into consent (id, email, user_id, given, proven, source, text_version, said_at)
select ('20000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'old-' || reader || '@example.com', 'old-' || reader,
       mod(n, 2) = 0, true, 'account', '2026-11', now() - (:count - n) * interval '10 seconds'
from generate_series(1, :count) as n, lpad(((n + 9) / 10)::text, 9, '0') as reader;
insert into limit_use (key, used_until)
select sha256(convert_to(n::text, 'UTF8')), now() + n * interval '1 second' from generate_series(1, :count) as n;
insert into user_alias (former_id, user_id, reason, taken_at)
select 'gone-' || n, 'old-' || lpad(n::text, 9, '0'), 'came_back', now() from generate_series(1, greatest(:count / 10, 1)) as n;
select add_default_champion_tiers(novel) from generate_series(2, 1000) as novel;
reset session_replication_role;
vacuum analyze
