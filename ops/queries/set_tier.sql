-- Inserts tier $2 of novel $1, or replaces its name, price, advance chapters and whether it is on sale.
insert into novel_champion_tiers (
    novel_id, tier_level, tier_name, monthly_price, currency, max_advance_chapters, is_active
)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (novel_id, tier_level) do update
set tier_name = excluded.tier_name, monthly_price = excluded.monthly_price, currency = excluded.currency,
    max_advance_chapters = excluded.max_advance_chapters, is_active = excluded.is_active, updated_at = now()
