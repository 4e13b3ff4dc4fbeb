alter table preorders drop column form_contact;
