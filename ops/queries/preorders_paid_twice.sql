-- The preorders with more than one payment whose money wasn't returned.
select preorder_id
from preorder_payment
where not revoked
group by preorder_id
having count(*) > 1
order by min(paid_at)
