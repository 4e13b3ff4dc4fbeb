select 'pledge_test_' || replace(gen_random_uuid()::text, '-', '')
