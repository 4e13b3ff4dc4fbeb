-- Before which time every event of Stripe's is recorded, whether it was delivered or had to be fetched. One row, from the
-- first catch-up on.
create table stripe_catch_up (
    only_row  boolean primary key default true check (only_row),
    watermark timestamptz not null,
    moved_at  timestamptz not null
);
