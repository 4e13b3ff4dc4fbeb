-- What was shown is honoured: each reader whose support runs keeps the tier and the end that they were shown, as one
-- payment that everything before it is settled by. Runs again, each time in a transaction of its own, until it changes
-- nothing.
create or replace function carry_champions_over(batch integer) returns bigint language plpgsql as $$
declare
    candidate record;
    carried   bigint := 0;
begin
    for candidate in
        select user_id, novel_id
        from user_champion_subscription as mine
        where is_active and end_date > now() and start_date < end_date and tier_level between 1 and 13
          and not exists (
              select from payment_record as payment
              where payment.user_id = mine.user_id and payment.novel_id = mine.novel_id
                and payment.carried_over_at is not null
          )
        order by user_id, novel_id
        limit batch
    loop
        -- The lock of everybody who writes about this reader and novel. What they commit before is seen below.
        perform pg_advisory_xact_lock(
            hashtextextended('champion ' || candidate.user_id || ' ' || candidate.novel_id, 0)
        );
        with shown as (
            select * from user_champion_subscription
            where user_id = candidate.user_id and novel_id = candidate.novel_id and is_active and end_date > now()
        ),
        payment as (
            insert into payment_record (
                user_id, novel_id, type, tier_level, amount, currency, payment_method, status, description,
                period_start, period_end, paid_at, carried_over_at, created_at, updated_at
            )
            select user_id, novel_id, 'carried_over', tier_level, 0, currency, coalesce(payment_method, 'stripe'),
                   'completed', 'What the reader was shown when access became a timeline', start_date, end_date,
                   start_date, now(), now(), now()
            from shown
            on conflict do nothing
            returning record_id, user_id, novel_id, tier_level, period_start, period_end
        )
        insert into champion_segment (
            user_id, novel_id, start_at, end_at, tier_level, tier_until, payment_record_id
        )
        select user_id, novel_id, period_start, period_end, tier_level, period_end, record_id from payment
        on conflict do nothing;
        carried := carried + 1;
    end loop;
    return carried;
end
$$;
select carry_champions_over(500);
