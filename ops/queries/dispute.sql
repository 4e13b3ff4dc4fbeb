-- Dispute $1 as it is stored. The last status in its history is the newest.
select dispute.history -> -1 ->> 1 as status, dispute.funds_withdrawn, payment.is_known
from payment
left join stripe_dispute as dispute on dispute.id = $1
