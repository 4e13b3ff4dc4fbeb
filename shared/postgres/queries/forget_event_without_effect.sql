-- Whether event $1 was applied. If it was recorded and changed nothing, it is as if it had not been.
with forgotten as (
    delete from stripe_event where id = $1 and outcome <> 'applied'
)
select true as recorded from stripe_event where id = $1 and outcome = 'applied'
