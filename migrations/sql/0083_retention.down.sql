drop index preorders_unpaid_idx;
drop index outbox_kept_payload_idx;
