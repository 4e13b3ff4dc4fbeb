-- Set when an older consent for the same address is sent while this row may be in a sender's hands: Klaviyo may have heard of
-- this one first, so it is sent once more. Code that doesn't know the column sends the row once.
alter table outbox add column send_again boolean not null default false;
