-- The other connections to this database, the longest transaction first. Of other roles' sessions only those who may read
-- all statistics see more than role and program; the type of such a session is null.
select pid, usename::text as role, application_name as program, state,
       extract(epoch from clock_timestamp() - xact_start)::bigint as seconds, pg_blocking_pids(pid) as blocked_by,
       left(regexp_replace(query, '\s+', ' ', 'g'), 60) as query
from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid() and coalesce(backend_type, 'client backend') = 'client backend'
order by xact_start nulls last, backend_start
