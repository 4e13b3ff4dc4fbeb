-- Empties the announcements about the ids $1. Those that aren't sent are superseded, at $2.
update outbox
set payload = '{}',
    parked_at = null,
    last_error = null,
    superseded_at = case when sent_at is null then coalesce(superseded_at, $2::timestamptz) else superseded_at end
where split_part(key, ':', 2) = any($1::text[]) and payload <> '{}'
