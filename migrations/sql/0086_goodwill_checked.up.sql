-- A step of its own, so that nobody waits for the reading of all payments.
alter table payment_record validate constraint payment_record_kind_check;
