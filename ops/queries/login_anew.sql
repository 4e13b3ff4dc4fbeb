-- Returns the statements that make role $1, which signs in with the password whose verifier is $3 and acts as role $2.
select format(
    'create role %1$I login password %3$L in role %2$I; alter role %1$I set role to %2$L', $1::text, $2::text, $3::text
) as statements
