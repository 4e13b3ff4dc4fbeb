drop table erasure;
drop trigger preorders_stay_erased on preorders;
drop function keep_preorder_erased();
drop trigger users_stay_erased on users;
drop function keep_user_erased();
alter table preorders drop column erased_at;
alter table users drop column erased_at;
