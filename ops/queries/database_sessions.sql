-- The other connections to this database, the longest transaction first.
select pid, usename::text as role, application_name as program, state,
       extract(epoch from clock_timestamp() - xact_start)::bigint as seconds, pg_blocking_pids(pid) as blocked_by,
       left(regexp_replace(query, '\s+', ' ', 'g'), 60) as query
from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'
order by xact_start nulls last, backend_start
