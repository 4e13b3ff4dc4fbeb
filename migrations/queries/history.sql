-- Lists the steps of this program (numbers $1, their SQL $2) together with the steps that were applied to the database.
select version, known.up is not null as known, applied.applied_at,
       applied.checksum is distinct from encode(sha256(convert_to(known.up, 'UTF8')), 'hex') as changed
from unnest($1::integer[], $2::text[]) as known (version, up)
full join schema_migration as applied using (version)
order by version
