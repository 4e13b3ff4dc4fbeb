//! `/payment/stripe/champion-…`: monthly support of one novel by one reader.

pub mod handler;
