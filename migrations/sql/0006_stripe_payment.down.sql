drop table stripe_payment;
