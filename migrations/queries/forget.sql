delete from schema_migration where version = $1
