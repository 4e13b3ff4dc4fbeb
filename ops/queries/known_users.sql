select id from users where id = any($1)
