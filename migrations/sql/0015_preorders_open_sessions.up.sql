-- Finds preorders whose pay page has expired, each minute.
create index preorders_open_session_idx on preorders (session_expires_at)
    where status = 'processing' and session_state = 'open';
