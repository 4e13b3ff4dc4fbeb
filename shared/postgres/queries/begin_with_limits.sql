-- The limits are shorter than the caller's time limit, so that the server gives up first and says why.
begin isolation level read committed;
set local statement_timeout = '4s';
set local lock_timeout = '3s'
