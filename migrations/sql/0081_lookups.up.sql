-- For an operator who asks what is known of an id or an address. On a large table an index blocks writes while it is built:
-- apply this step at a quiet time.
create index stripe_event_keys_idx on stripe_event using gin (keys) where keys <> '{}';
-- The subject of an announcement stands behind its kind.
create index outbox_subject_idx on outbox (split_part(key, ':', 2));
create index preorders_email_idx on preorders (lower(email));
create index preorder_payment_session_id_idx on preorder_payment (session_id) where session_id is not null;
-- What was granted, and what was sent, in a time.
create index user_champion_subscription_record_created_at_idx on user_champion_subscription_record (created_at);
create index outbox_sent_at_idx on outbox (sent_at) where sent_at is not null;
