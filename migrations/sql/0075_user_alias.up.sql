-- Whose things have become whose. Code that doesn't know it goes on beside code that does.

alter table users
    -- The address that another row has taken, until this one has an address again, and whether a token had proven it.
    add column lost_email        text,
    add column lost_email_proven boolean not null default false;

create index users_lost_email_idx on users (lower(lost_email)) where lost_email is not null;

-- Users who have handed over everything: what comes in under the former uid is the other user's.
create table user_alias (
    former_id text primary key references users (id) on delete cascade,
    user_id   text not null references users (id) on delete cascade,
    reason    text not null check (reason in ('came_back', 'handed_over', 'merged')),
    taken_at  timestamptz not null,

    constraint user_alias_leads_on check (former_id <> user_id)
);

create index user_alias_user_id_idx on user_alias (user_id);

-- Who a uid stands for by now. No alias leads to another one.
create function resolved_user(uid text) returns text language sql stable parallel safe as $$
    select coalesce((select user_id from user_alias where former_id = uid), uid)
$$;
