alter table preorders drop column consent_text_version;
drop table consent;
