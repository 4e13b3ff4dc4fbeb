alter table preorders drop column klaviyo_event_sent_at;
