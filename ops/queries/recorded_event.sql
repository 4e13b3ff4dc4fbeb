where id = $1
