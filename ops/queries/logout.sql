select format('alter role %I nologin', $1::text) as statements
