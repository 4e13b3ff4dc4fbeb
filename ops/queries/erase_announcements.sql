-- What Klaviyo was told, or was to be told, about the subjects $1. What isn't sent won't be.
update outbox
set payload = '{}',
    parked_at = null,
    last_error = null,
    superseded_at = case when sent_at is null then coalesce(superseded_at, $2::timestamptz) else superseded_at end
where split_part(key, ':', 2) = any($1::text[]) and payload <> '{}'
