-- A constraint that holds needn't be taken back.
do $$ begin end $$;
