-- Deletes event $1 if it was recorded and changed nothing, and returns a row if it was applied.
with forgotten as (
    delete from stripe_event where id = $1 and outcome <> 'applied'
)
select true as recorded from stripe_event where id = $1 and outcome = 'applied'
