-- Finds what was carried over from the system before this one, for every payment that is compared with Stripe.
create index payment_record_carried_over_idx on payment_record (created_at) where kind = 'carried_over';
