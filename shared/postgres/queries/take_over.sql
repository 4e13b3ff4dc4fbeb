-- Gives everything of user $1 to user $2, for reason $3, at time $4, and removes Stripe customer $5, if one is given, from
-- user $1. Later statements write the support and the segments of each paid novel anew.
with preorder as (
    update preorders set user_id = $2, updated_at = $4 where user_id = $1
),
payment as (
    update payment_record set user_id = $2, updated_at = $4 where user_id = $1
),
subscription as (
    update stripe_subscription set user_id = $2, updated_at = $4 where user_id = $1
),
granted as (
    update user_champion_subscription_record set user_id = $2 where user_id = $1
),
segment as (
    delete from champion_segment where user_id = $1
),
replaced as (
    delete from user_champion_subscription as former
    where former.user_id = $1
      and exists (
          select from user_champion_subscription as theirs where theirs.user_id = $2 and theirs.novel_id = former.novel_id
      )
),
moved as (
    update user_champion_subscription as former
    set user_id = $2, updated_at = $4
    where former.user_id = $1
      and not exists (
          select from user_champion_subscription as theirs where theirs.user_id = $2 and theirs.novel_id = former.novel_id
      )
),
customer as (
    update users set stripe_customer_id = null, updated_at = $4 where id = $1 and stripe_customer_id = $5
),
before as (
    update user_alias set user_id = $2 where user_id = $1
)
insert into user_alias (former_id, user_id, reason, taken_at) values ($1, $2, $3, $4)
