-- Caseloads of counsellors and case managers, found by staff id, else by e-mail.

-- : match
CREATE TEMP TABLE wanted_caseloads AS
SELECT coalesce(a.email, b.email) AS email, coalesce(a.user_id, b.user_id) AS user_id, k.local_id, k.student_id,
  x.starts, x.until,
  row_number() OVER (
    PARTITION BY coalesce(a.email, b.email), k.local_id
    ORDER BY CASE
        WHEN (x.starts IS NULL OR x.starts <= %(today)s) AND (x.until IS NULL OR x.until >= %(today)s) THEN 0
        ELSE 1
      END, coalesce(x.starts, '0001-01-01') DESC, coalesce(x.until, '9999-12-31') DESC
  ) AS nth
FROM staged_caseloads AS x
JOIN known_students AS k ON k.local_id = x.local_id
LEFT JOIN staff_accounts AS a ON a.staff_id = x.staff_id AND x.staff_id <> ''
LEFT JOIN staff_accounts AS b ON b.email = lower(x.email) AND x.staff_id = ''
WHERE a.email IS NOT NULL OR b.email IS NOT NULL;

INSERT INTO found_problems (kind, source_id, reason, field)
SELECT DISTINCT 'caseloads', substr(x.local_id, 1, 120), 'student-unknown', 'local_id' FROM staged_caseloads AS x
LEFT JOIN known_students AS k ON k.local_id = x.local_id WHERE k.local_id IS NULL;

INSERT INTO found_problems (kind, source_id, reason, field)
SELECT DISTINCT 'caseloads', substr(x.staff_id, 1, 120), 'staff-unknown', 'staff_id' FROM staged_caseloads AS x
LEFT JOIN people AS p ON p.staff_id = x.staff_id WHERE x.staff_id <> '' AND p.staff_id IS NULL;

CREATE TEMP TABLE matched_caseloads AS
SELECT w.email, w.local_id, w.starts, w.until, t.id AS target_id, t.source,
  t.starts AS before_starts, t.until AS before_until,
  t.id IS NOT NULL AND (t.until IS NULL OR t.until >= %(today)s) AS was_open,
  w.until IS NULL OR w.until >= %(today)s AS is_open
FROM wanted_caseloads AS w
LEFT JOIN accounts_caseload AS t ON t.user_id = w.user_id AND t.student_id = w.student_id
WHERE w.nth = 1;

-- : resolve
INSERT INTO integrations_caseloadchange (run_id, op, target_id, email, local_id, starts, until, before_until, loses)
SELECT %(run)s,
  CASE
    WHEN target_id IS NULL THEN 'insert'
    WHEN was_open AND NOT is_open THEN 'end'
    WHEN is_open AND NOT was_open THEN 'revive'
    ELSE 'update'
  END,
  target_id, email, local_id, starts, until, before_until, was_open AND NOT is_open
FROM matched_caseloads
WHERE target_id IS NULL OR (
  source = %(source)s AND (starts IS DISTINCT FROM before_starts OR until IS DISTINCT FROM before_until)
  AND NOT (%(roll_over)s AND was_open AND NOT is_open)
);

-- : gone
CREATE TEMP TABLE gone_caseloads AS
SELECT t.id AS target_id FROM accounts_caseload AS t
JOIN accounts_student AS s ON s.id = t.student_id AND s.district_id = %(district)s
LEFT JOIN matched_caseloads AS m ON m.target_id = t.id
WHERE t.source = %(source)s AND (t.until IS NULL OR t.until >= %(today)s) AND m.target_id IS NULL;

INSERT INTO integrations_caseloadchange (run_id, op, target_id, email, local_id, starts, until, before_until, loses)
SELECT %(run)s, 'end', t.id, u.email, s.local_id, t.starts, %(yesterday)s, t.until, true
FROM gone_caseloads AS gone
JOIN integrations_absence AS a ON a.source = %(source)s AND a.kind = 'caseloads' AND a.target_id = gone.target_id
JOIN accounts_caseload AS t ON t.id = gone.target_id
JOIN accounts_student AS s ON s.id = t.student_id
JOIN accounts_user AS u ON u.id = t.user_id;

-- : apply
INSERT INTO accounts_accesschange (recorded_at, actor, verb, subject, subject_id, before, after, reason, request_id)
SELECT %(now)s, %(actor)s,
  CASE c.op WHEN 'end' THEN 'caseload.ended' WHEN 'update' THEN 'caseload.changed' ELSE 'caseload.added' END,
  'student', s.uuid,
  $json('user', $dashed(u.uuid), 'until', CAST(c.before_until AS text)),
  $json('user', $dashed(u.uuid), 'until', CAST(c.until AS text)), '', ''
FROM integrations_caseloadchange AS c
JOIN accounts_user AS u ON lower(u.email) = lower(c.email)
JOIN accounts_student AS s ON s.district_id = %(district)s AND s.local_id = c.local_id
LEFT JOIN accounts_caseload AS t ON t.id = c.target_id
WHERE c.run_id = %(run)s AND (c.op = 'insert' OR t.until IS NOT DISTINCT FROM c.before_until);

INSERT INTO accounts_caseload (user_id, student_id, starts, until, source)
SELECT u.id, s.id, c.starts, c.until, %(source)s
FROM integrations_caseloadchange AS c
JOIN accounts_user AS u ON lower(u.email) = c.email
JOIN accounts_student AS s ON s.district_id = %(district)s AND s.local_id = c.local_id
WHERE c.run_id = %(run)s AND c.op = 'insert'
ON CONFLICT DO NOTHING;

UPDATE accounts_caseload AS t SET starts = c.starts, until = c.until
FROM integrations_caseloadchange AS c
WHERE c.run_id = %(run)s AND c.op IN ('update', 'end', 'revive') AND t.id = c.target_id
  AND t.until IS NOT DISTINCT FROM c.before_until;
