-- What was said of marketing to each address, one row for a consent or a withdrawal. Of an address the newest row counts, a
-- proven one before any other. Code that doesn't know the table goes on by `marketing_consent` alone.
create table consent (
    -- That of its announcement.
    id           uuid primary key,
    email        text not null,
    -- Who said it, if they had signed in.
    user_id      text,
    given        boolean not null,
    -- Whether they had proven that the address is theirs.
    proven       boolean not null,
    source       text not null check (source in ('preorder_form', 'account')),
    text_version text check (char_length(text_version) between 1 and 64),
    said_at      timestamptz not null,
    constraint consent_names_its_text check (text_version is not null or not given)
);

create index consent_address_idx on consent (lower(email), proven, said_at, id);

-- The text that the customer of a preorder agreed to. Without `marketing_consent` only Stripe says that they did.
alter table preorders add column consent_text_version text;
