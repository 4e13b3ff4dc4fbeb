-- Uses up attempt $2 of preorder $1 and stores session $3, unless the attempt is used up, the preorder is paid or a payment
-- is on its way. Without a session only the attempt changes. The rule is that of use_up_attempt in the domain.
update preorders
set checkout_attempt = $2,
    status = case when $3::text is null then status else 'processing' end,
    session_id = coalesce($3, session_id),
    session_state = case when $3 is null then session_state else 'open' end,
    checkout_url = case when $3 is null then checkout_url else $4 end,
    session_expires_at = case when $3 is null then session_expires_at else $5 end,
    updated_at = $6
where id = $1 and checkout_attempt < $2 and paid_at is null
  and session_state is distinct from 'awaiting_payment'
returning id
