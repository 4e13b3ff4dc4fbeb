-- The months that went back, by their ends: those that run are few.
create index payment_record_refunded_idx on payment_record (period_end) where status = 'refunded';
