-- People who signed in, or for whom an account was found or made by their e-mail address.
create table users (
    -- The Firebase uid.
    id                 text primary key check (char_length(id) between 1 and 128),
    -- Null if somebody else's row has the address.
    email              text,
    email_verified     boolean not null default false,
    display_name       text,
    photo_url          text,
    phone              text,
    marketing_consent  boolean not null default false,
    stripe_customer_id text unique check (stripe_customer_id ~ '^cus_[A-Za-z0-9_]+$'),
    last_login_at      timestamptz,
    created_at         timestamptz not null,
    updated_at         timestamptz not null
);

create unique index users_email_key on users (lower(email));
