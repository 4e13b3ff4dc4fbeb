-- Time that an operator gives, for what had run before it was recorded. Code from before can't read such a payment: give
-- nothing until every function knows it.
alter table payment_record
    drop constraint payment_record_kind_check,
    add constraint payment_record_kind_check check (
        kind in ('subscription', 'renewal', 'plan_change', 'purchase', 'carried_over', 'goodwill')
    ) not valid;
