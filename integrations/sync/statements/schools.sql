-- Schools by CDS code. A school of another district is never moved here. Nothing ends: a closed school keeps its past.

-- : match
DELETE FROM staged_schools WHERE $row IN (
  SELECT place FROM (
    SELECT $row AS place, row_number() OVER (PARTITION BY site_id ORDER BY $row) AS nth FROM staged_schools
  ) AS numbered WHERE nth > 1
);

-- What each site of the source is here. Two sites may be one school.
CREATE TEMP TABLE sites AS
SELECT s.site_id,
  CASE WHEN s.is_district THEN '' ELSE s.cds_code END AS cds_code,
  CASE WHEN s.is_district THEN '' ELSE substr(s.name, 1, 200) END AS name,
  k.id AS school_id,
  CASE
    WHEN s.is_district THEN 'district'
    WHEN length(s.cds_code) <> 14 OR ltrim(s.cds_code, '0123456789') <> '' THEN 'cds-code-missing'
    WHEN k.district_id <> %(district)s THEN 'school-of-another-district'
    ELSE 'school'
  END AS what
FROM staged_schools AS s
LEFT JOIN accounts_school AS k ON k.cds_code = s.cds_code AND NOT s.is_district;

INSERT INTO found_problems (kind, source_id, reason, field)
SELECT 'schools', site_id, what, 'cds_code' FROM sites WHERE what NOT IN ('school', 'district');

-- : resolve
INSERT INTO integrations_schoolchange (run_id, op, target_id, cds_code, name, before_name)
SELECT %(run)s, CASE WHEN k.id IS NULL THEN 'insert' ELSE 'update' END, k.id, w.cds_code,
  CASE WHEN w.name = '' THEN w.cds_code ELSE w.name END, coalesce(k.name, '')
FROM (SELECT cds_code, max(name) AS name FROM sites WHERE what = 'school' GROUP BY cds_code) AS w
LEFT JOIN accounts_school AS k ON k.cds_code = w.cds_code
WHERE k.id IS NULL OR (w.name <> '' AND w.name <> k.name);

-- : apply
INSERT INTO accounts_school (uuid, district_id, name, cds_code, shows_reports, contact)
SELECT $uuid, %(district)s, name, cds_code, true, ''
FROM integrations_schoolchange WHERE run_id = %(run)s AND op = 'insert'
ON CONFLICT DO NOTHING;

UPDATE accounts_school AS t SET name = c.name
FROM integrations_schoolchange AS c
WHERE c.run_id = %(run)s AND c.op = 'update' AND t.id = c.target_id;
