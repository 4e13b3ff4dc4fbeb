create or replace function resolved_user(uid text) returns text language sql stable parallel safe as $$
    select coalesce((select user_id from user_alias where former_id = uid), uid)
$$;
