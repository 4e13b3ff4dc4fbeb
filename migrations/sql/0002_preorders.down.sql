drop table preorders;
