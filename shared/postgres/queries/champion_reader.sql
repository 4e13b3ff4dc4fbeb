-- Reader $1, and until when the ends of what they had of novel $2 are announced.
select users.email, users.stripe_customer_id, users.marketing_consent, mine.ends_announced_until
from users
left join user_champion_subscription as mine on mine.user_id = users.id and mine.novel_id = $2
where users.id = $1
