-- Who teaches a section. Several stints of one teacher are one row: the one that runs today, else the latest.

-- : match
DELETE FROM staged_teachers WHERE $row IN (
  SELECT place FROM (
    SELECT x.$row AS place, row_number() OVER (
      PARTITION BY x.section_id, x.staff_id
      ORDER BY CASE
          WHEN (x.starts IS NULL OR x.starts <= %(today)s) AND (x.until IS NULL OR x.until >= %(today)s) THEN 0
          ELSE 1
        END, coalesce(x.starts, '0001-01-01') DESC, coalesce(x.until, '9999-12-31') DESC
    ) AS nth
    FROM staged_teachers AS x
  ) AS numbered WHERE nth > 1
);

INSERT INTO found_problems (kind, source_id, reason, field)
SELECT DISTINCT 'teachers', substr(x.section_id, 1, 120), 'section-unknown', 'section_id' FROM staged_teachers AS x
LEFT JOIN known_sections AS s ON s.section_id = x.section_id WHERE s.section_id IS NULL;

CREATE TEMP TABLE matched_teachers AS
SELECT s.cds_code, s.section_id, a.email, x.starts, x.until, t.id AS target_id, t.source,
  t.starts AS before_starts, t.until AS before_until,
  t.id IS NOT NULL AND (t.until IS NULL OR t.until >= %(today)s) AS was_open,
  x.until IS NULL OR x.until >= %(today)s AS is_open
FROM staged_teachers AS x
JOIN known_sections AS s ON s.section_id = x.section_id
JOIN staff_accounts AS a ON a.staff_id = x.staff_id
LEFT JOIN accounts_sectionteacher AS t ON t.section_id = s.target_id AND t.user_id = a.user_id;

-- : resolve
INSERT INTO integrations_sectionteacherchange (run_id, op, target_id, cds_code, section_id, email, starts, until,
  before_until, loses)
SELECT %(run)s,
  CASE
    WHEN target_id IS NULL THEN 'insert'
    WHEN was_open AND NOT is_open THEN 'end'
    WHEN is_open AND NOT was_open THEN 'revive'
    ELSE 'update'
  END,
  target_id, cds_code, section_id, email, starts, until, before_until, was_open AND NOT is_open
FROM matched_teachers
WHERE target_id IS NULL OR (
  source = %(source)s AND (starts IS DISTINCT FROM before_starts OR until IS DISTINCT FROM before_until)
  AND NOT (%(roll_over)s AND was_open AND NOT is_open)
);

-- : gone
CREATE TEMP TABLE gone_teachers AS
SELECT t.id AS target_id FROM accounts_sectionteacher AS t
JOIN accounts_section AS s ON s.id = t.section_id
JOIN accounts_school AS k ON k.id = s.school_id AND k.district_id = %(district)s
LEFT JOIN matched_teachers AS m ON m.target_id = t.id
WHERE t.source = %(source)s AND (t.until IS NULL OR t.until >= %(today)s) AND m.target_id IS NULL;

INSERT INTO integrations_sectionteacherchange (run_id, op, target_id, cds_code, section_id, email, starts, until,
  before_until, loses)
SELECT %(run)s, 'end', t.id, k.cds_code, s.source_id, u.email, t.starts, %(yesterday)s, t.until, true
FROM gone_teachers AS gone
JOIN integrations_absence AS a ON a.source = %(source)s AND a.kind = 'teachers' AND a.target_id = gone.target_id
JOIN accounts_sectionteacher AS t ON t.id = gone.target_id
JOIN accounts_section AS s ON s.id = t.section_id
JOIN accounts_school AS k ON k.id = s.school_id
JOIN accounts_user AS u ON u.id = t.user_id;

-- : apply
INSERT INTO accounts_sectionteacher (section_id, user_id, starts, until, source)
SELECT s.id, u.id, c.starts, c.until, %(source)s
FROM integrations_sectionteacherchange AS c
JOIN accounts_school AS k ON k.district_id = %(district)s AND k.cds_code = c.cds_code
JOIN accounts_section AS s ON s.school_id = k.id AND s.source = %(source)s AND s.source_id = c.section_id
JOIN accounts_user AS u ON lower(u.email) = c.email
WHERE c.run_id = %(run)s AND c.op = 'insert'
ON CONFLICT DO NOTHING;

UPDATE accounts_sectionteacher AS t SET starts = c.starts, until = c.until
FROM integrations_sectionteacherchange AS c
WHERE c.run_id = %(run)s AND c.op IN ('update', 'end', 'revive') AND t.id = c.target_id
  AND t.until IS NOT DISTINCT FROM c.before_until;
