alter table users drop column customer_is_outdated;
