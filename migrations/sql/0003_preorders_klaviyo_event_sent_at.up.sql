-- When Klaviyo took the preorder's `preorder_success` event.
alter table preorders add column klaviyo_event_sent_at timestamptz;
