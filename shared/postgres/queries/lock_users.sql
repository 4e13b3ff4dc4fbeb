-- Nobody records anything for users $1 from here on. In one order, so that two transactions never wait for each other. Who
-- records something has the lock of one reader, shared, and takes it before the lock of a reader and a novel.
select pg_advisory_xact_lock(hash)
from (
    select hashtextextended('reader ' || id, 0) as hash from unnest($1::text[]) as id order by hash
) as hashes
