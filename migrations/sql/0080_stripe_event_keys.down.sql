alter table stripe_event drop column keys;
