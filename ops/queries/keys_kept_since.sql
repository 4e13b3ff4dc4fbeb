-- The time since which events are recorded with the ids that they are about.
select applied_at from schema_migration where version = 80
