-- Sections by school and id at the source. They have no end: without teachers and places they grant nothing.

-- : match
CREATE TEMP TABLE wanted_sections AS
SELECT x.section_id, s.cds_code, min(s.school_id) AS school_id, substr(max(x.name), 1, 120) AS name
FROM staged_sections AS x
JOIN sites AS s ON s.site_id = x.site_id AND s.what = 'school'
WHERE x.section_id <> '' AND length(x.section_id) <= 60
GROUP BY x.section_id, s.cds_code;

INSERT INTO found_problems (kind, source_id, reason, field)
SELECT DISTINCT 'sections', substr(x.site_id, 1, 120), 'site-unknown', 'site_id' FROM staged_sections AS x
LEFT JOIN sites AS s ON s.site_id = x.site_id AND s.what = 'school' WHERE s.site_id IS NULL;

CREATE TEMP TABLE matched_sections AS
SELECT w.section_id, w.cds_code, w.name, t.id AS target_id, t.name AS before_name
FROM wanted_sections AS w
LEFT JOIN accounts_section AS t
  ON t.school_id = w.school_id AND t.source = %(source)s AND t.source_id = w.section_id;

-- A section id that is at two schools would put students before a stranger: the first school alone has it.
CREATE TEMP TABLE known_sections AS
SELECT m.section_id, m.cds_code, m.target_id FROM matched_sections AS m
JOIN (SELECT section_id, min(cds_code) AS cds_code FROM matched_sections GROUP BY section_id) AS one
  ON one.section_id = m.section_id AND one.cds_code = m.cds_code
UNION ALL
SELECT t.source_id, k.cds_code, t.id FROM accounts_section AS t
JOIN accounts_school AS k ON k.id = t.school_id AND k.district_id = %(district)s
LEFT JOIN wanted_sections AS w ON w.section_id = t.source_id
LEFT JOIN (
  SELECT x.source_id, max(x.id) AS id FROM accounts_section AS x
  JOIN accounts_school AS k ON k.id = x.school_id AND k.district_id = %(district)s
  WHERE x.source = %(source)s GROUP BY x.source_id
) AS last ON last.id = t.id
WHERE t.source = %(source)s AND t.source_id <> '' AND w.section_id IS NULL AND last.id IS NOT NULL;

-- : resolve
INSERT INTO integrations_sectionchange (run_id, op, target_id, cds_code, section_id, name, before_name)
SELECT %(run)s, CASE WHEN target_id IS NULL THEN 'insert' ELSE 'update' END, target_id, cds_code, section_id,
  name, coalesce(before_name, '')
FROM matched_sections WHERE target_id IS NULL OR (name <> '' AND name <> before_name);

-- : apply
INSERT INTO accounts_section (uuid, school_id, name, source, source_id)
SELECT $uuid, k.id, c.name, %(source)s, c.section_id
FROM integrations_sectionchange AS c
JOIN accounts_school AS k ON k.district_id = %(district)s AND k.cds_code = c.cds_code
WHERE c.run_id = %(run)s AND c.op = 'insert'
ON CONFLICT DO NOTHING;

UPDATE accounts_section AS t SET name = c.name
FROM integrations_sectionchange AS c
WHERE c.run_id = %(run)s AND c.op = 'update' AND t.id = c.target_id;
