-- Dispute $1 as it is stored. The newest status is the one that was told last.
select dispute.history -> -1 ->> 1 as status, dispute.funds_withdrawn, payment.is_known
from payment
left join stripe_dispute as dispute on dispute.id = $1
