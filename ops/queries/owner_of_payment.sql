select user_id, novel_id from payment_record where record_id = $1
