alter table preorders drop column held_at, drop column held_reason, drop column fulfilled_at;
