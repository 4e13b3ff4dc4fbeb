-- Tiers: what Stripe charges for them, and what every new novel starts with.

alter table novel_champion_tiers
    -- The recurring price of exactly this amount, once it was made.
    add column stripe_price_id text check (stripe_price_id ~ '^price_[A-Za-z0-9_]+$'),
    add constraint novel_champion_tiers_novel check (novel_id > 0),
    add constraint novel_champion_tiers_level check (tier_level between 1 and 13),
    add constraint novel_champion_tiers_price check (monthly_price > 0 and currency ~ '^[a-z]{3}$');

-- An amount that changes needs another price.
create function forget_stripe_price() returns trigger language plpgsql as $$
begin
    if (new.monthly_price, new.currency) is distinct from (old.monthly_price, old.currency)
        and new.stripe_price_id is not distinct from old.stripe_price_id
    then
        new.stripe_price_id = null;
    end if;
    return new;
end
$$;
create trigger novel_champion_tiers_price_follows_amount before update on novel_champion_tiers
    for each row execute function forget_stripe_price();

create table default_champion_tiers (
    tier_level           integer primary key check (tier_level between 1 and 13),
    tier_name            text not null,
    monthly_price        bigint not null check (monthly_price > 0),
    currency             text not null default 'usd' check (currency ~ '^[a-z]{3}$'),
    max_advance_chapters integer not null check (max_advance_chapters >= 0)
);

insert into default_champion_tiers (tier_level, tier_name, monthly_price, max_advance_chapters)
values (1, 'Martial Cultivator', 100, 1),
       (2, 'Profound Realm', 300, 2),
       (3, 'Martial Lord', 500, 3),
       (4, 'Martial King', 1000, 5),
       (5, 'Half Martial Emperor', 1500, 8),
       (6, 'Martial Emperor', 2000, 10),
       (7, 'Half Martial Ancestor', 2500, 15),
       (8, 'Martial Ancestor', 4000, 20),
       (9, 'True Immortal', 5500, 25),
       (10, 'Heavenly Immortal', 7000, 30),
       (11, 'Martial Immortal', 10000, 40),
       (12, 'Exalted', 12500, 50),
       (13, 'Utmost Exalted', 16000, 65);

-- Opens a novel to champions: `select add_default_champion_tiers(7)`. Tiers that it has already stay as they are.
create function add_default_champion_tiers(novel bigint) returns void language sql as $$
    insert into novel_champion_tiers (
        novel_id, tier_level, tier_name, monthly_price, currency, max_advance_chapters
    )
    select novel, tier_level, tier_name, monthly_price, currency, max_advance_chapters from default_champion_tiers
    on conflict (novel_id, tier_level) do nothing
$$;
