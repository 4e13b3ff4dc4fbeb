select exists (select from pg_settings where name = 'pg_stat_statements.max')
