-- Who asked to be forgotten stays forgotten: what still comes in about them, by code that knows this step or doesn't, is kept
-- without anything that says whose it is.
alter table users add column erased_at timestamptz;
alter table preorders add column erased_at timestamptz;

create function keep_user_erased() returns trigger language plpgsql as $$
begin
    new.erased_at = old.erased_at;
    new.email = old.email;
    new.email_verified = false;
    new.display_name = null;
    new.photo_url = null;
    new.phone = null;
    new.marketing_consent = false;
    new.last_login_at = old.last_login_at;
    new.lost_email = null;
    new.lost_email_proven = false;
    return new;
end
$$;
create trigger users_stay_erased before update on users
    for each row when (old.erased_at is not null) execute function keep_user_erased();

create function keep_preorder_erased() returns trigger language plpgsql as $$
begin
    new.erased_at = old.erased_at;
    new.user_id = old.user_id;
    new.email = old.email;
    new.first_name = null;
    new.last_name = null;
    new.phone = null;
    new.address_line1 = null;
    new.address_line2 = null;
    new.city = null;
    new.state = null;
    new.postal_code = null;
    new.country = null;
    new.form_contact = null;
    new.customer_notes = null;
    new.marketing_consent = false;
    new.checkout_url = null;
    return new;
end
$$;
create trigger preorders_stay_erased before update on preorders
    for each row when (old.erased_at is not null) execute function keep_preorder_erased();

-- Erasures, so that one that was interrupted goes on. Once it is finished, it names nobody.
create table erasure (
    id           uuid primary key,
    user_ids     text[] not null,
    emails       text[] not null,
    preorder_ids uuid[] not null,
    begun_at     timestamptz not null,
    finished_at  timestamptz,

    constraint erasure_names_nobody_once_finished check (finished_at is null or user_ids = '{}' and emails = '{}')
);

create index erasure_unfinished_idx on erasure (begun_at) where finished_at is null;
