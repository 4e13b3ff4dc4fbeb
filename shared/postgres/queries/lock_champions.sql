-- Takes the locks of users $1 with each of their novels, since the roll takes these locks and not those of users.
select pg_advisory_xact_lock(hash)
from (
    select distinct hashtextextended('champion ' || id || ' ' || novel_id, 0) as hash
    from unnest($1::text[]) as id,
         (
             select novel_id from payment_record where user_id = any ($1) and novel_id is not null
             union
             -- `offset 0` makes the planner look up each user, whatever it estimates of the table's size.
             select novel_id
             from unnest($1::text[]) as one,
                  lateral (select novel_id from stripe_subscription where user_id = one offset 0) as theirs
             union
             select novel_id from user_champion_subscription where user_id = any ($1)
         ) as theirs
    order by hash
) as hashes
