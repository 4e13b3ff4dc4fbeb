-- At most two of the preorders whose ids lie between $1 and $2, which have the same number. The caller refuses a number
-- that two preorders have.
select id from preorders where id between $1 and $2 limit 2
