-- One deployer at a time. A transaction lock, so that a killed deployer leaves nothing locked; taken before the limit on
-- lock waits, which is for the tables: rather give up than hold up every query behind a lock that we wait for.
select pg_advisory_xact_lock(hashtextextended('pledge schema_migration', 0));
set local lock_timeout = '10s';
create table if not exists schema_migration (
    version    integer primary key,
    name       text not null,
    -- SHA-256 of the step's SQL, in hexadecimal digits.
    checksum   text not null,
    applied_at timestamptz not null default now()
);
