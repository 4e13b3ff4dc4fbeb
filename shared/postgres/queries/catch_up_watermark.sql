select watermark, moved_at from stripe_catch_up
