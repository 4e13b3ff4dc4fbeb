drop table limit_salt;
drop table limit_use;
