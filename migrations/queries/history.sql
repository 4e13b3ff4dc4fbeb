-- The steps of this program ($1: versions, $2: their SQL) beside those that the database has seen.
select version, known.up is not null as known, applied.applied_at,
       applied.checksum is distinct from encode(sha256(convert_to(known.up, 'UTF8')), 'hex') as changed
from unnest($1::integer[], $2::text[]) as known (version, up)
full join schema_migration as applied using (version)
order by version
