-- What waits to be done by itself: how much, and since when the oldest has been due.
SELECT 'email' AS name, count(*) AS waiting, min(due_at) AS oldest_at
FROM messaging_message
WHERE status = 'due' AND due_at <= %(now)s AND channel = 'email' AND NOT kind = ANY(%(paused)s)
UNION ALL
SELECT 'sms', count(*), min(due_at)
FROM messaging_message
WHERE status = 'due' AND due_at <= %(now)s AND channel = 'sms' AND NOT kind = ANY(%(paused)s)
UNION ALL
-- Taken, and nobody has told what became of it; asked of nobody where no carrier tells.
SELECT 'receipts', count(*),
       min(m.sent_at + (%(now)s - CASE m.channel WHEN 'sms' THEN %(sms_before)s::timestamptz
                                  ELSE %(email_before)s::timestamptz END))
FROM messaging_message m
WHERE (%(sms_before)s::timestamptz IS NOT NULL OR %(email_before)s::timestamptz IS NOT NULL)
  AND m.status = 'sent' AND m.created_at >= %(looked_back)s::timestamptz - interval '1 day'
  AND m.sent_at >= %(looked_back)s
  AND m.sent_at <= CASE m.channel WHEN 'sms' THEN %(sms_before)s::timestamptz
                   ELSE %(email_before)s::timestamptz END
  AND NOT EXISTS (
      SELECT FROM messaging_deliveryevent e
      WHERE e.message_id = m.id AND e.received_at >= m.sent_at - interval '1 minute')
UNION ALL
SELECT 'texts', count(*), min(received_at)
FROM messaging_inboundmessage
WHERE handled_at IS NULL
UNION ALL
SELECT 'reminders', count(*), min(looked_at)
FROM scheduling_reminderrule
WHERE is_active AND looked_at < %(now)s - interval '2 minutes'
UNION ALL
SELECT 'paused', count(*), min(due_at)
FROM messaging_message
WHERE status = 'due' AND due_at <= %(now)s AND kind = ANY(%(paused)s)
UNION ALL
SELECT 'follow_ups', count(*), min(due_at)
FROM treatments_followup
WHERE status IN ('requested', 'in_progress') AND due_at <= %(now)s
UNION ALL
SELECT 'histories', count(*), min(changed_at)
FROM treatments_changedhistory
WHERE changed_at <= %(now)s
UNION ALL
SELECT 'rules', coalesce(sum(greatest(total - looked, 0)), 0), min(started_at)
FROM scheduling_rulerun
WHERE is_open
UNION ALL
SELECT 'openings', count(*), min(due_at)
FROM scheduling_opening
WHERE handled_at IS NULL AND due_at <= %(now)s
UNION ALL
SELECT 'holds', count(*), min(expires_at)
FROM scheduling_hold
WHERE status = 'held' AND expires_at <= %(now)s
UNION ALL
SELECT 'nights', count(*), min(started_at)
FROM scheduling_localrun
WHERE finished_at IS NULL
