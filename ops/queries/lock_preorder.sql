-- The lock of everybody who records something about preorder $1.
select pg_advisory_xact_lock(hashtextextended('preorder ' || $1::text, 0))
