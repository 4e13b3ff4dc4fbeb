drop index outbox_not_before_idx;
alter table outbox drop column not_before;
