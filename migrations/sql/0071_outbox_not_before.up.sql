-- Before when Klaviyo takes no events, on the announcements for which it said so: every sender keeps to the latest. Code that
-- doesn't know the column goes on trying.
alter table outbox add column not_before timestamptz;

create index outbox_not_before_idx on outbox (not_before) where not_before is not null and sent_at is null;
