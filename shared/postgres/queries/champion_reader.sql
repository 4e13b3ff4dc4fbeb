-- Reader $1, the time up to which the ends of their access to novel $2 are announced, and whether the reader was taken over
-- before the lock was taken.
select users.email, users.email is not null and not users.email_verified as email_is_unproven,
       users.stripe_customer_id, users.customer_is_outdated, users.marketing_consent, mine.ends_announced_until,
       exists (select from user_alias where former_id = $1) as is_former
from users
left join user_champion_subscription as mine on mine.user_id = users.id and mine.novel_id = $2
where users.id = $1
