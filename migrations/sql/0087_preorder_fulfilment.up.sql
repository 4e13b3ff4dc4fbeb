-- What operators say about sending a preorder: held back since when and why, or sent.
alter table preorders
    add column held_at      timestamptz,
    add column held_reason  text,
    add column fulfilled_at timestamptz;
