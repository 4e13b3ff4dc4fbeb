insert into stripe_event (id, type, api_version, created, livemode, outcome, reason, processed_at, keys)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
