-- Without those that the system before this one settled.
select * from payment_record where user_id = $1 and novel_id = $2 and kind is not null
