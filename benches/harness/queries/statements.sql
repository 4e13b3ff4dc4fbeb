-- Of each statement that this database has run: its id, how many microseconds it took, and how many pages it touched.
select queryid, mean_exec_time * 1000 as micros, (shared_blks_hit + shared_blks_read)::float8 / calls as pages
from pg_stat_statements
where dbid = (select oid from pg_database where datname = current_database()) and calls > 0
