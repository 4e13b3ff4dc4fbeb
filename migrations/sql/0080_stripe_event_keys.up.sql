-- By which names an event speaks of what it is about: the object's own id, and the ids of preorder, session, payment,
-- subscription, invoice and customer. No payload. Empty in events from before, which only say their type, and in those that
-- code records which doesn't know the column.
alter table stripe_event add column keys text[] not null default '{}';
