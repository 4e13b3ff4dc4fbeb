select rolcanlogin as may_sign_in, rolname = session_user as is_mine,
       (select count(*) from pg_stat_activity where usename = rolname) as sessions
from pg_roles
where rolname = $1
