alter table outbox drop column send_again;
