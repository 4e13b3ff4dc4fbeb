delete from champion_segment;
delete from user_champion_subscription_record as entry using payment_record as payment
where entry.payment_record_id = payment.record_id and payment.carried_over_at is not null;
delete from payment_record where carried_over_at is not null;
drop function carry_champions_over;
