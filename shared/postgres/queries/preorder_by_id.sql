select * from preorders where id = $1
