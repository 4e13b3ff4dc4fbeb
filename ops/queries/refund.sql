-- Refund $1 as it is stored. The newest status is the one that was told last.
select refund.amount, refund.history -> -1 ->> 1 as status, payment.is_known
from payment
left join stripe_refund as refund on refund.id = $1
