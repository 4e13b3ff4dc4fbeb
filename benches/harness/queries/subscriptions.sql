select add_default_champion_tiers(1);
insert into users (id, email, email_verified, stripe_customer_id, created_at, updated_at)
select 'uid-' || n, 'reader-' || n || '@example.com', true, 'cus_bench' || n, now(), now()
from generate_series(:first, :last) as n;
insert into stripe_subscription (
    id, user_id, novel_id, customer_id, status, cancel_at_period_end, period_end, tier_level, started, updated_at
)
select 'sub_bench' || n, 'uid-' || n, 1, 'cus_bench' || n, 'active', :ends, '2100-01-01Z', 1, true, now()
from generate_series(:first, :last) as n;
insert into payment_record (
    user_id, novel_id, type, kind, tier_level, amount, payment_method, status, stripe_subscription_id,
    stripe_payment_intent_id, stripe_customer_id, stripe_invoice_id, period_start, period_end, paid_at
)
select 'uid-' || n, 1, 'champion_subscription', 'subscription', 1, 100, 'stripe', 'completed', 'sub_bench' || n,
       'pi_bench' || n, 'cus_bench' || n, 'in_bench' || n, '2026-01-01Z', '2100-01-01Z', now()
from generate_series(:first, :last) as n;
analyze
