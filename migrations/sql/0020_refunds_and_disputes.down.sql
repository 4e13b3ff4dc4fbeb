drop table preorder_payment;
alter table preorders drop column disputed_at;
alter table stripe_payment drop column amount_refunded_at, drop column dispute_status_at;
drop table stripe_dispute;
drop table stripe_refund;
