drop table stripe_event;
