-- Continues preorder.sql: preorder $1.
where id = $1
