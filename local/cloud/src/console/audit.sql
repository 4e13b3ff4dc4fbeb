-- Records every row that changes, for the console of the local cloud. Never part of a deployment.
create schema console;

create table console.change (
  id bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  table_name text not null,
  operation text not null,
  before jsonb,
  after jsonb
);

create function console.record() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and old is not distinct from new then
    return null;
  end if;
  insert into console.change (table_name, operation, before, after)
  values (
    tg_table_name,
    lower(tg_op),
    case when tg_op <> 'INSERT' then to_jsonb(old) end,
    case when tg_op <> 'DELETE' then to_jsonb(new) end
  );
  return null;
end
$$;

do $$
declare
  tracked record;
begin
  for tracked in
    select tablename from pg_tables where schemaname = 'public' and tablename not like '%migration%'
  loop
    execute format(
      'create trigger console_record after insert or update or delete on public.%I for each row execute function console.record()',
      tracked.tablename
    );
  end loop;
end
$$;
