-- Makes every statement of the transaction see what was committed before its first one.
set transaction isolation level repeatable read read only
