select indexrelid::regclass::text from pg_index where indpred is not null
