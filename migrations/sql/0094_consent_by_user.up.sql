-- For whoever asks what a reader said of marketing, also to an address that was theirs before. On a large table an index
-- blocks writes while it is built: apply this step at a quiet time.
create index consent_user_idx on consent (user_id) where user_id is not null;
