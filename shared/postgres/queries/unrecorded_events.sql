-- Those of the events $1 that aren't recorded. The condition makes the planner look up each id in the primary key, however
-- many ids it expects.
select id from unnest($1::text[]) as listed (id)
where (select true from stripe_event where stripe_event.id = listed.id) is null
