-- Every statement of the transaction sees what was committed before its first one.
set transaction isolation level repeatable read read only
