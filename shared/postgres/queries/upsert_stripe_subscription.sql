-- Inserts a subscription, or replaces all columns of the stored one but its reader and its novel.
insert into stripe_subscription (
    id, user_id, novel_id, customer_id, status, cancel_at_period_end, period_end, tier_level, started, version_created,
    version_event, updated_at, collection_paused, invoice_periods
)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14::text::jsonb)
on conflict (id) do update
set customer_id = excluded.customer_id, status = excluded.status,
    cancel_at_period_end = excluded.cancel_at_period_end, period_end = excluded.period_end,
    tier_level = excluded.tier_level, started = excluded.started, version_created = excluded.version_created,
    version_event = excluded.version_event, updated_at = excluded.updated_at,
    collection_paused = excluded.collection_paused, invoice_periods = excluded.invoice_periods
