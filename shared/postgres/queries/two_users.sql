-- Users $1 and $2, each with the user who took them over, if somebody did.
select id, email, email_verified, last_login_at is not null as signed_in, lost_email, lost_email_proven,
       stripe_customer_id, (select user_id from user_alias where former_id = users.id) as taken_by
from users
where id = any (array[$1, $2])
