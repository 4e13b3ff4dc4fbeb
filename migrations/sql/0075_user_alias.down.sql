drop function resolved_user;
drop table user_alias;
drop index users_lost_email_idx;
alter table users drop column lost_email_proven, drop column lost_email;
