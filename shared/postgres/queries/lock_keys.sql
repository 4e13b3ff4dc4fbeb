-- Always in the same order, so that two transactions never wait for each other. A statement of its own: the next ones
-- see what the previous holder has committed.
select pg_advisory_xact_lock(hash)
from (select distinct hashtextextended(key, 0) as hash from unnest($1::text[]) as key order by hash) as hashes
