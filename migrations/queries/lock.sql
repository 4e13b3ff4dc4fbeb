-- Lets one deployer migrate at a time. The lock ends with the transaction, so that a killed deployer leaves nothing locked.
-- It is taken before the limit on waiting is set, since the limit is for locks of tables: while a step waits for such a
-- lock, every later query on the table waits too, so the step gives up early. Limits that a role has for the functions'
-- statements don't hold here: a step may take long.
set local statement_timeout = 0;
set local lock_timeout = 0;
select pg_advisory_xact_lock(hashtextextended('pledge schema_migration', 0));
set local lock_timeout = '10s';
create table if not exists schema_migration (
    version    integer primary key,
    name       text not null,
    -- The SHA-256 of the step's SQL, in hexadecimal digits.
    checksum   text not null,
    applied_at timestamptz not null default now()
);
