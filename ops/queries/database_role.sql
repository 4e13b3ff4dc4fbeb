-- What is known of role $1 and of the role $2 that it is to act as. Who may make roles, or everything, is nobody's login.
select exists (select from pg_roles where rolname = $1) as is_there,
       exists (select from pg_roles where rolname = $2) as group_is_there,
       exists (
           select from pg_auth_members as membership
           join pg_roles as member on member.oid = membership.member
           join pg_roles as owner on owner.oid = membership.roleid
           where member.rolname = $1 and owner.rolname = $2 and not member.rolsuper and not member.rolcreaterole
       ) as is_member
