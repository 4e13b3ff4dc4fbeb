insert into erasure (id, user_ids, emails, preorder_ids, begun_at)
values ($1::uuid, $2::text[], $3::text[], $4::uuid[], $5::timestamptz)
