select user_id, novel_id from payment_record where carried_over_at is not null order by user_id, novel_id
