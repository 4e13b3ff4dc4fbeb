select coalesce(
    (select pg_terminate_backend(pid) from pg_stat_activity where pid = $1 and datname = current_database()), false
) as ended
