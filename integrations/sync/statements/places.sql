-- Who is on a section's roster. Several stays of one student are one row: the one that runs today, else the latest.

-- : match
DELETE FROM staged_places WHERE $row IN (
  SELECT place FROM (
    SELECT x.$row AS place, row_number() OVER (
      PARTITION BY x.section_id, x.local_id
      ORDER BY CASE
          WHEN (x.starts IS NULL OR x.starts <= %(today)s) AND (x.until IS NULL OR x.until >= %(today)s) THEN 0
          ELSE 1
        END, coalesce(x.starts, '0001-01-01') DESC, coalesce(x.until, '9999-12-31') DESC
    ) AS nth
    FROM staged_places AS x
    JOIN (SELECT section_id, local_id FROM staged_places GROUP BY section_id, local_id HAVING count(*) > 1) AS doubled
      ON doubled.section_id = x.section_id AND doubled.local_id = x.local_id
  ) AS numbered WHERE nth > 1
);

CREATE TEMP TABLE matched_places AS
SELECT s.cds_code, s.section_id, a.local_id, x.starts, x.until, t.id AS target_id, t.source,
  t.starts AS before_starts, t.until AS before_until,
  t.id IS NOT NULL AND (t.until IS NULL OR t.until >= %(today)s) AS was_open,
  x.until IS NULL OR x.until >= %(today)s AS is_open
FROM staged_places AS x
JOIN known_sections AS s ON s.section_id = x.section_id
JOIN known_students AS a ON a.local_id = x.local_id
LEFT JOIN accounts_sectionplace AS t ON t.section_id = s.target_id AND t.student_id = a.student_id;

-- Looked for only if some row found no place: PostgreSQL then skips the join.
INSERT INTO found_problems (kind, source_id, reason, field)
SELECT DISTINCT 'places', substr(x.section_id, 1, 120), 'section-unknown', 'section_id' FROM staged_places AS x
LEFT JOIN known_sections AS s ON s.section_id = x.section_id WHERE s.section_id IS NULL
  AND (SELECT count(*) FROM staged_places) <> (SELECT count(*) FROM matched_places);

INSERT INTO found_problems (kind, source_id, reason, field)
SELECT DISTINCT 'places', substr(x.local_id, 1, 120), 'student-unknown', 'local_id' FROM staged_places AS x
LEFT JOIN known_students AS k ON k.local_id = x.local_id WHERE k.local_id IS NULL
  AND (SELECT count(*) FROM staged_places) <> (SELECT count(*) FROM matched_places);

-- : resolve
INSERT INTO integrations_sectionplacechange (run_id, op, target_id, cds_code, section_id, local_id, starts, until,
  before_until, loses)
SELECT %(run)s,
  CASE
    WHEN target_id IS NULL THEN 'insert'
    WHEN was_open AND NOT is_open THEN 'end'
    WHEN is_open AND NOT was_open THEN 'revive'
    ELSE 'update'
  END,
  target_id, cds_code, section_id, local_id, starts, until, before_until, was_open AND NOT is_open
FROM matched_places
WHERE target_id IS NULL OR (
  source = %(source)s AND (starts IS DISTINCT FROM before_starts OR until IS DISTINCT FROM before_until)
  AND NOT (%(roll_over)s AND was_open AND NOT is_open)
);

-- : gone
CREATE TEMP TABLE gone_places AS
SELECT t.id AS target_id FROM accounts_sectionplace AS t
JOIN accounts_section AS s ON s.id = t.section_id
JOIN accounts_school AS k ON k.id = s.school_id AND k.district_id = %(district)s
LEFT JOIN matched_places AS m ON m.target_id = t.id
WHERE t.source = %(source)s AND (t.until IS NULL OR t.until >= %(today)s) AND m.target_id IS NULL;

INSERT INTO integrations_sectionplacechange (run_id, op, target_id, cds_code, section_id, local_id, starts, until,
  before_until, loses)
SELECT %(run)s, 'end', t.id, k.cds_code, s.source_id, who.local_id, t.starts, %(yesterday)s, t.until, true
FROM gone_places AS gone
JOIN integrations_absence AS a ON a.source = %(source)s AND a.kind = 'places' AND a.target_id = gone.target_id
JOIN accounts_sectionplace AS t ON t.id = gone.target_id
JOIN accounts_section AS s ON s.id = t.section_id
JOIN accounts_school AS k ON k.id = s.school_id
JOIN accounts_student AS who ON who.id = t.student_id;

-- : apply
INSERT INTO accounts_sectionplace (section_id, student_id, starts, until, source)
SELECT s.id, who.id, c.starts, c.until, %(source)s
FROM integrations_sectionplacechange AS c
JOIN accounts_school AS k ON k.district_id = %(district)s AND k.cds_code = c.cds_code
JOIN accounts_section AS s ON s.school_id = k.id AND s.source = %(source)s AND s.source_id = c.section_id
JOIN accounts_student AS who ON who.district_id = %(district)s AND who.local_id = c.local_id
WHERE c.run_id = %(run)s AND c.op = 'insert'
ON CONFLICT DO NOTHING;

UPDATE accounts_sectionplace AS t SET starts = c.starts, until = c.until
FROM integrations_sectionplacechange AS c
WHERE c.run_id = %(run)s AND c.op IN ('update', 'end', 'revive') AND t.id = c.target_id
  AND t.until IS NOT DISTINCT FROM c.before_until;
