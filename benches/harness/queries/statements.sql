-- The statements that this database has run: the id of each, its mean time in microseconds, and the pages that it
-- touched.
select queryid, mean_exec_time * 1000 as micros, (shared_blks_hit + shared_blks_read)::float8 / calls as pages
from pg_stat_statements
where dbid = (select oid from pg_database where datname = current_database()) and calls > 0
