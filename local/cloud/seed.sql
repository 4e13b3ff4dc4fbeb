-- Rows that a shop would have before its first sale: three novels that are open to champions.
select add_default_champion_tiers(novel) from generate_series(1, 3) novel;
