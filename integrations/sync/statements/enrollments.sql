-- Enrollments by student, school and first day.

-- : match
CREATE TEMP TABLE matched_enrollments AS
SELECT w.local_id, w.cds_code, w.starts, w.until, w.is_primary = 1 AS "primary",
  t.id AS target_id, t.source, t.until AS before_until, t."primary" AS before_primary,
  t.id IS NOT NULL AND (t.until IS NULL OR t.until >= %(today)s) AS was_open,
  w.until IS NULL OR w.until >= %(today)s AS is_open
FROM (
  SELECT e.local_id, s.cds_code, e.starts, min(k.student_id) AS student_id, min(s.school_id) AS school_id,
    CASE WHEN count(*) > count(e.until) THEN NULL ELSE max(e.until) END AS until,
    max(CASE WHEN e."primary" THEN 1 ELSE 0 END) AS is_primary
  FROM staged_enrollments AS e
  JOIN known_students AS k ON k.local_id = e.local_id
  JOIN sites AS s ON s.site_id = e.site_id AND s.what = 'school'
  GROUP BY e.local_id, s.cds_code, e.starts
) AS w
LEFT JOIN accounts_enrollment AS t ON t.student_id = w.student_id AND t.school_id = w.school_id
  AND coalesce(t.starts, '0001-01-01') = coalesce(w.starts, '0001-01-01');

-- Looked for only if some row found no place: PostgreSQL then skips the join.
INSERT INTO found_problems (kind, source_id, reason, field)
SELECT 'enrollments', substr(e.local_id, 1, 120), 'student-unknown', 'local_id' FROM staged_enrollments AS e
LEFT JOIN known_students AS k ON k.local_id = e.local_id WHERE k.local_id IS NULL
  AND (SELECT count(*) FROM staged_enrollments) <> (SELECT count(*) FROM matched_enrollments);

INSERT INTO found_problems (kind, source_id, reason, field)
SELECT DISTINCT 'enrollments', substr(e.site_id, 1, 120), 'site-unknown', 'site_id' FROM staged_enrollments AS e
LEFT JOIN sites AS s ON s.site_id = e.site_id AND s.what = 'school' WHERE s.site_id IS NULL
  AND (SELECT count(*) FROM staged_enrollments) <> (SELECT count(*) FROM matched_enrollments);

-- : resolve
INSERT INTO integrations_enrollmentchange (run_id, op, target_id, local_id, cds_code, starts, until, "primary",
  before_until, before_primary, loses)
SELECT %(run)s,
  CASE
    WHEN target_id IS NULL THEN 'insert'
    WHEN was_open AND NOT is_open THEN 'end'
    WHEN is_open AND NOT was_open THEN 'revive'
    ELSE 'update'
  END,
  target_id, local_id, cds_code, starts, until, "primary", before_until, before_primary, was_open AND NOT is_open
FROM matched_enrollments
WHERE target_id IS NULL OR (
  source = %(source)s AND (until IS DISTINCT FROM before_until OR "primary" <> before_primary)
  AND NOT (%(roll_over)s AND was_open AND NOT is_open)
);

-- : gone
CREATE TEMP TABLE gone_enrollments AS
SELECT t.id AS target_id FROM accounts_enrollment AS t
JOIN accounts_school AS s ON s.id = t.school_id AND s.district_id = %(district)s
LEFT JOIN matched_enrollments AS m ON m.target_id = t.id
WHERE t.source = %(source)s AND (t.until IS NULL OR t.until >= %(today)s) AND m.target_id IS NULL;

INSERT INTO integrations_enrollmentchange (run_id, op, target_id, local_id, cds_code, starts, until, "primary",
  before_until, before_primary, loses)
SELECT %(run)s, 'end', t.id, s.local_id, k.cds_code, t.starts, %(yesterday)s, t."primary", t.until, t."primary", true
FROM gone_enrollments AS gone
JOIN integrations_absence AS a
  ON a.source = %(source)s AND a.kind = 'enrollments' AND a.target_id = gone.target_id
JOIN accounts_enrollment AS t ON t.id = gone.target_id
JOIN accounts_student AS s ON s.id = t.student_id
JOIN accounts_school AS k ON k.id = t.school_id;

-- : apply
INSERT INTO accounts_enrollment (student_id, school_id, starts, until, "primary", source)
SELECT s.id, k.id, c.starts, c.until, c."primary", %(source)s
FROM integrations_enrollmentchange AS c
JOIN accounts_student AS s ON s.district_id = %(district)s AND s.local_id = c.local_id
JOIN accounts_school AS k ON k.district_id = %(district)s AND k.cds_code = c.cds_code
WHERE c.run_id = %(run)s AND c.op = 'insert'
ON CONFLICT DO NOTHING;

UPDATE accounts_enrollment AS t SET until = c.until, "primary" = c."primary"
FROM integrations_enrollmentchange AS c
WHERE c.run_id = %(run)s AND c.op IN ('update', 'end', 'revive') AND t.id = c.target_id
  AND t.until IS NOT DISTINCT FROM c.before_until;
