select to_regclass('schema_migration') is null
