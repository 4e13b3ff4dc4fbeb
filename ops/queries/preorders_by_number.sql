-- The preorders whose ids lie between $1 and $2: a number is how an id begins. More than one is too many.
select id from preorders where id between $1 and $2 limit 2
