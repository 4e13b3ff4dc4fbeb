drop table stripe_catch_up;
