-- Takes the locks of keys $1, always in one order, so that two transactions never wait for each other. Invoices and
-- preorders come last, since an event about a payment finds out only then to which of them it belongs. It is a statement of
-- its own, so that the next ones see what the previous holder has committed.
select pg_advisory_xact_lock(hash)
from (
    select distinct starts_with(key, 'in_') or starts_with(key, 'preorder ') as is_last, hashtextextended(key, 0) as hash
    from unnest($1::text[]) as key
    order by is_last, hash
) as hashes
