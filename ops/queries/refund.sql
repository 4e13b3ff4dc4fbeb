-- Refund $1 as it is stored. The last status in its history is the newest.
select refund.amount, refund.history -> -1 ->> 1 as status, payment.is_known
from payment
left join stripe_refund as refund on refund.id = $1
