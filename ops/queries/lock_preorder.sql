-- Takes the lock that is taken by everything that records something about preorder $1.
select pg_advisory_xact_lock(hashtextextended('preorder ' || $1::text, 0))
