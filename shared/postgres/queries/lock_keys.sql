-- Always in the same order, so that two transactions never wait for each other; invoices last, since who speaks of a
-- payment finds out only then which invoice it belongs to. A statement of its own: the next ones see what the previous
-- holder has committed.
select pg_advisory_xact_lock(hash)
from (
    select distinct starts_with(key, 'in_') as is_invoice, hashtextextended(key, 0) as hash
    from unnest($1::text[]) as key
    order by is_invoice, hash
) as hashes
