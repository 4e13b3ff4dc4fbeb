-- Those of the events $1 that aren't recorded. Written so that the planner looks up each id in the primary key, whatever it
-- estimates of their number.
select id from unnest($1::text[]) as listed (id)
where (select true from stripe_event where stripe_event.id = listed.id) is null
