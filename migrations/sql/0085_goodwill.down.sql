-- What was given becomes history, of which the next roll makes nothing.
update payment_record set kind = null where kind = 'goodwill';
alter table payment_record
    drop constraint payment_record_kind_check,
    add constraint payment_record_kind_check check (
        kind in ('subscription', 'renewal', 'plan_change', 'purchase', 'carried_over')
    );
