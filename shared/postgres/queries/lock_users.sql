-- Takes the locks of users $1, so that nothing is recorded for them until the transaction ends; in one order, so that two
-- transactions never wait for each other. A transaction that records something for a reader takes the reader's lock, shared,
-- before the lock of the reader and the novel.
select pg_advisory_xact_lock(hash)
from (
    select hashtextextended('reader ' || id, 0) as hash from unnest($1::text[]) as id order by hash
) as hashes
