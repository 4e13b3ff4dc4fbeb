-- When an announcement was left out because it didn't hold any more: a payment had failed and then succeeded, a checkout was
-- abandoned and its buyer paid after all. Code that doesn't know the column may go on sending such rows.
alter table outbox add column superseded_at timestamptz;

create index outbox_waiting_idx on outbox (coalesce(queued_at, created_at))
    where sent_at is null and parked_at is null and superseded_at is null;

-- Whether a buyer has paid for a preorder, by their address.
create index preorders_paid_email_idx on preorders (lower(email)) where status = 'completed';
