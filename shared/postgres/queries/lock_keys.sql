-- Takes the locks of keys $1, always in one order, so that two transactions never wait for each other. Invoices and
-- preorders come last, since an event about a payment finds out to which of them it belongs only after it has its own
-- locks. The locks are taken in a statement of their own, so that the next statements see what the previous holder has
-- committed.
select pg_advisory_xact_lock(hash)
from (
    select distinct starts_with(key, 'in_') or starts_with(key, 'preorder ') as is_last, hashtextextended(key, 0) as hash
    from unnest($1::text[]) as key
    order by is_last, hash
) as hashes
