drop index preorders_paid_email_idx;
drop index outbox_waiting_idx;
alter table outbox drop column superseded_at;
