-- Whether role $1 is there, whether role $2 is there, and whether the first is a login that acts as the second. A role
-- that may make roles, or a superuser, never counts as such a login.
select exists (select from pg_roles where rolname = $1) as is_there,
       exists (select from pg_roles where rolname = $2) as group_is_there,
       exists (
           select from pg_auth_members as membership
           join pg_roles as member on member.oid = membership.member
           join pg_roles as owner on owner.oid = membership.roleid
           where member.rolname = $1 and owner.rolname = $2 and not member.rolsuper and not member.rolcreaterole
       ) as is_member
