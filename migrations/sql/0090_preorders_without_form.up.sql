-- Finds the preorders that were made of a payment and not by a form: a form comes before its payment. On a large table an
-- index blocks writes while it is built: apply this step at a quiet time.
create index preorders_without_form_idx on preorders (paid_at) where created_at >= paid_at;
