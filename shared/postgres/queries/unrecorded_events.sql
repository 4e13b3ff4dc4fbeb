-- As many looks at the primary key as there are ids, whatever the server thinks of their number.
select id from unnest($1::text[]) as listed (id)
where (select true from stripe_event where stripe_event.id = listed.id) is null
