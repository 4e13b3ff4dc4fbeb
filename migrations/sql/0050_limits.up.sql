-- How often somebody asked for what is limited. Beside these tables older code goes on without limits.

-- One row for whoever has used something up that isn't back yet. Such a row says nothing about anybody once the salt has
-- changed.
create table limit_use (
    -- SHA-256 of the salt and of whom it is counted for.
    key        bytea primary key check (octet_length(key) = 32),
    -- When everything will be back.
    used_until timestamptz not null
);

create index limit_use_used_until_idx on limit_use (used_until);

-- What addresses and names are hashed with: random, known to nobody else, another one each day.
create table limit_salt (
    day     date not null,
    salt    text not null,
    is_only boolean primary key default true check (is_only)
);

insert into limit_salt (day, salt) values (current_date, gen_random_uuid() || '' || gen_random_uuid());
