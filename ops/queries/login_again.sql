-- Returns the statements that let the existing role $1 sign in with the password whose verifier is $3, and act as role $2.
select format(
    'alter role %1$I login password %3$L; alter role %1$I set role to %2$L', $1::text, $2::text, $3::text
) as statements
