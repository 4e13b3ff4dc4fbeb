-- Finds what isn't needed any more, each minute. On a large table an index blocks writes while it is built: apply this step
-- at a quiet time.
create index outbox_kept_payload_idx on outbox (coalesce(sent_at, superseded_at))
    where payload <> '{}' and coalesce(sent_at, superseded_at) is not null;
create index preorders_unpaid_idx on preorders (created_at) where paid_at is null;
