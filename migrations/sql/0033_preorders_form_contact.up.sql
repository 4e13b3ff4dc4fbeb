-- What the form said of name, telephone and address, once something else was given with a payment. Code that doesn't know the
-- column leaves it alone.
alter table preorders add column form_contact jsonb check (jsonb_typeof(form_contact) = 'object');
