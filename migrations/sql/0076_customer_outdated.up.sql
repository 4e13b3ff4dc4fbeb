alter table users
    -- Whether the address has changed since Stripe was told the customer's.
    add column customer_is_outdated boolean not null default false;
