alter table payment_record
    drop column stripe_subscription_id,
    drop column stripe_payment_intent_id,
    drop column stripe_customer_id;

alter table user_champion_subscription drop column stripe_customer_id;

update user_champion_subscription as subscription
set stripe_subscription_id = misplaced.value
from misplaced_stripe_id as misplaced
where misplaced.table_name = 'user_champion_subscription' and misplaced.row_id = subscription.id;

update user_champion_subscription_record as record
set stripe_subscription_id = misplaced.value
from misplaced_stripe_id as misplaced
where misplaced.table_name = 'user_champion_subscription_record' and misplaced.row_id = record.id;

alter table user_champion_subscription_record rename column stripe_subscription_id to transaction_id;

drop table misplaced_stripe_id;
