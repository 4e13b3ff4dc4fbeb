-- Stores the results of sending rows at $4: ids $1, outcomes $2, reasons $3. If $5 is given, no sender is to send anything
-- before that time. Of two outcomes of one row the better one counts. A row that was sent stays sent, with one exception:
-- if a consent was sent although a newer one counts for its address, the newer one is sent after it, once more. If that one
-- isn't sent yet, a sender may have it in its hands, and Klaviyo may have it already: its next delivery doesn't count.
with delivery as (
    select distinct on (id) id, outcome, reason
    from unnest($1::uuid[], $2::text[], $3::text[]) as delivery (id, outcome, reason)
    order by id, outcome = 'sent' desc, outcome = 'parked' desc
),
settled as (
    update outbox
    set sent_at = case when outcome = 'sent' and not send_again then $4::timestamptz end,
        send_again = send_again and outcome <> 'sent',
        parked_at = case outcome when 'sent' then null when 'parked' then coalesce(parked_at, $4) else parked_at end,
        superseded_at = case when outcome = 'sent' then null else superseded_at end,
        attempts = attempts + case when outcome = 'sent' then 0 else 1 end,
        last_error = coalesce(reason, last_error),
        not_before = case when outcome = 'failed' then $5::timestamptz end
    from delivery
    where outbox.id = delivery.id and sent_at is null
    -- The key has the preorder's id; `case` keeps other keys from being cast to one.
    returning outbox.id, outcome, case when outcome = 'sent' and metric = 'preorder_success' then split_part(key, ':', 2)::uuid end
        as preorder_id
),
again as (
    update outbox set sent_at = null, send_again = outbox.sent_at is null
    from settled
    join consent as mine on mine.id = settled.id and outcome = 'sent'
    join consent as other
        on lower(other.email) = lower(mine.email)
       and (other.proven, other.said_at, other.id) > (mine.proven, mine.said_at, mine.id)
    where outbox.id = other.id and outbox.parked_at is null and outbox.superseded_at is null
)
update preorders set klaviyo_event_sent_at = $4, updated_at = $4 from settled where preorders.id = settled.preorder_id
