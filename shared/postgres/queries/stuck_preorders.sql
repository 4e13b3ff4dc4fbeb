select count(*) as stuck from preorders
where status = 'processing' and session_state = 'open' and session_expires_at < $1
