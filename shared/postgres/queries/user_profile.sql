-- User $1's row, the consent that counts for its address, and at most five other users who proved earlier that the row's
-- proven address is theirs.
select mine.id, mine.email, mine.email_verified, mine.display_name, mine.photo_url, mine.phone, mine.marketing_consent,
       counts.given, counts.source, counts.text_version, counts.said_at,
       array(
           select former.id
           from users as former
           where mine.email_verified and lower(former.lost_email) = lower(mine.email) and former.lost_email_proven
             and former.email is null and former.id <> mine.id
             and not exists (select from user_alias where former_id = former.id)
           order by former.id
           limit 5
       ) as had_address_before
from users as mine
left join lateral (
    select given, source, text_version, said_at
    from consent
    where lower(consent.email) = lower(mine.email)
    order by proven desc, said_at desc, consent.id desc
    limit 1
) as counts on true
where mine.id = resolved_user($1)
