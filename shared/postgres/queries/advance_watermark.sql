-- Moves the watermark to $1 at time $2, unless it is later already.
insert into stripe_catch_up (watermark, moved_at) values ($1::timestamptz, $2::timestamptz)
on conflict (only_row) do update set watermark = excluded.watermark, moved_at = excluded.moved_at
where stripe_catch_up.watermark < excluded.watermark
