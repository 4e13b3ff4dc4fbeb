-- The server gives up on its own before the caller does, and says why.
begin isolation level read committed;
set local statement_timeout = '4s';
set local lock_timeout = '3s'
