-- Always in the same order, so that two transactions never wait for each other; invoices and preorders last, since who
-- speaks of a payment finds out only then which of them it belongs to. A statement of its own: the next ones see what the
-- previous holder has committed.
select pg_advisory_xact_lock(hash)
from (
    select distinct starts_with(key, 'in_') or starts_with(key, 'preorder ') as is_last, hashtextextended(key, 0) as hash
    from unnest($1::text[]) as key
    order by is_last, hash
) as hashes
