-- The people $1, and the owners of the preorders $2.
select created_at, id, email, email_verified, display_name, photo_url, phone, marketing_consent, stripe_customer_id,
       customer_is_outdated, last_login_at, lost_email, lost_email_proven, erased_at, updated_at
from users
where id in (
    select unnest($1::text[])
    union
    select user_id from preorders where preorders.id = any($2::uuid[])
)
order by created_at, id
