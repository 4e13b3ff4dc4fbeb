drop index outbox_sent_at_idx;
drop index user_champion_subscription_record_created_at_idx;
drop index preorder_payment_session_id_idx;
drop index preorders_email_idx;
drop index outbox_subject_idx;
drop index stripe_event_keys_idx;
