-- The readers who have or had the Stripe customer $1, and the novels with a tier that has or had one of the prices $2; at
-- most two of each.
(
    select distinct resolved_user(user_id) as user_id, null::bigint as novel_id
    from (
        select id as user_id from users where stripe_customer_id = $1::text
        union
        select user_id from payment_record where stripe_customer_id = $1
        union
        select user_id from user_champion_subscription where stripe_customer_id = $1
    ) as reader
    order by user_id
    limit 2
)
union all
(
    select null, novel_id
    from (select distinct novel_id from champion_tier_price where price_id = any($2::text[])) as novel
    order by novel_id
    limit 2
)
