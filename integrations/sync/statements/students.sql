-- Students by local id. What the source leaves blank is unknown and changes nothing, but for the address: one that the
-- school took off the record must let nobody in any more. Nobody is removed.

-- : match
INSERT INTO found_problems (kind, source_id, reason, field)
SELECT 'students', substr(source_id, 1, 120), 'id-unusable', 'local_id' FROM staged_students
WHERE local_id = '' OR length(local_id) > 40;

DELETE FROM staged_students WHERE local_id = '' OR length(local_id) > 40;

CREATE TEMP TABLE doubled_students AS
SELECT local_id FROM staged_students GROUP BY local_id HAVING count(*) > 1;

INSERT INTO found_problems (kind, source_id, reason, field)
SELECT 'students', local_id, 'twice-in-the-feed', 'local_id' FROM doubled_students;

DELETE FROM staged_students WHERE $row IN (
  SELECT place FROM (
    SELECT s.$row AS place,
      row_number() OVER (PARTITION BY s.local_id ORDER BY s.ssid DESC, s.last_name, s.first_name, s.$row) AS nth
    FROM staged_students AS s JOIN doubled_students AS d ON d.local_id = s.local_id
  ) AS numbered WHERE nth > 1
);

INSERT INTO found_problems (kind, source_id, reason, field)
SELECT 'students', local_id, 'ssid-unusable', 'ssid' FROM staged_students
WHERE ssid <> '' AND (length(ssid) <> 10 OR ltrim(ssid, '0123456789') <> '');

UPDATE staged_students SET ssid = ''
WHERE ssid <> '' AND (length(ssid) <> 10 OR ltrim(ssid, '0123456789') <> '');

INSERT INTO found_problems (kind, source_id, reason, field)
SELECT 'students', s.local_id, 'ssid-shared', 'ssid' FROM staged_students AS s
JOIN (SELECT ssid FROM staged_students WHERE ssid <> '' GROUP BY ssid HAVING count(*) > 1) AS d ON d.ssid = s.ssid;

INSERT INTO found_problems (kind, source_id, reason, field)
SELECT 'students', local_id, 'birth-date-missing', 'birth_date' FROM staged_students WHERE birth_date IS NULL;

-- The grade that enrollments tell: of the active primary one, else an active one, else the latest.
CREATE TEMP TABLE grades AS
SELECT local_id, substr(max(
  CASE
    WHEN (starts IS NULL OR starts <= %(today)s) AND (until IS NULL OR until >= %(today)s)
    THEN CASE WHEN "primary" THEN '2' ELSE '1' END
    ELSE '0'
  END || coalesce(CAST(starts AS text), '0000-00-00') || grade
), 12) AS grade
FROM staged_enrollments WHERE grade <> '' AND length(grade) <= 2 GROUP BY local_id;

CREATE TEMP TABLE matched_students AS
SELECT s.local_id, t.id AS target_id,
  coalesce(nullif(s.ssid, ''), t.ssid, '') AS ssid,
  coalesce(nullif(substr(s.first_name, 1, 100), ''), t.first_name, '') AS first_name,
  coalesce(nullif(substr(s.last_name, 1, 100), ''), t.last_name, '') AS last_name,
  coalesce(s.birth_date, t.birth_date) AS birth_date,
  coalesce(CASE WHEN length(s.grade) BETWEEN 1 AND 2 THEN s.grade END, g.grade, t.grade, '') AS grade,
  lower(CASE WHEN length(s.email) <= 254 AND s.email LIKE '%%_@_%%' THEN s.email ELSE '' END) AS email,
  t.email AS before_email, t.ssid AS before_ssid, t.first_name AS before_first_name, t.last_name AS before_last_name,
  t.birth_date AS before_birth_date, t.grade AS before_grade
FROM staged_students AS s
LEFT JOIN grades AS g ON g.local_id = s.local_id
LEFT JOIN accounts_student AS t ON t.district_id = %(district)s AND t.local_id = s.local_id;

-- Everybody whom other kinds may name: students of the feed, and those who are here already.
CREATE TEMP TABLE known_students AS
SELECT local_id, target_id AS student_id FROM matched_students
UNION ALL
SELECT t.local_id, t.id FROM accounts_student AS t
LEFT JOIN matched_students AS m ON m.target_id = t.id
WHERE t.district_id = %(district)s AND m.target_id IS NULL;

-- : resolve
INSERT INTO integrations_studentchange (run_id, op, target_id, local_id, ssid, first_name, last_name, birth_date, grade,
  email, before_ssid, before_first_name, before_last_name, before_birth_date, before_grade, before_email, ssid_questioned,
  person)
SELECT %(run)s, CASE WHEN target_id IS NULL THEN 'insert' ELSE 'update' END, target_id, local_id,
  ssid, first_name, last_name, birth_date, grade, email,
  coalesce(before_ssid, ''), coalesce(before_first_name, ''), coalesce(before_last_name, ''),
  before_birth_date, coalesce(before_grade, ''), coalesce(before_email, ''),
  -- Whoever sees this student now would be shown somebody else's reports if the new number is wrong.
  CASE
    WHEN target_id IS NULL OR before_ssid = '' OR before_ssid = ssid THEN false
    ELSE EXISTS (
      SELECT 1 FROM accounts_guardianship AS l WHERE l.student_id = target_id AND l.standing = 'counts'
      AND (l.until IS NULL OR l.until >= %(today)s)
    ) OR EXISTS (SELECT 1 FROM accounts_student AS own WHERE own.id = target_id AND own.user_id IS NOT NULL)
  END,
  target_id IS NOT NULL AND ((ssid <> before_ssid AND before_ssid <> '') OR first_name <> before_first_name
    OR last_name <> before_last_name OR (birth_date <> before_birth_date AND before_birth_date IS NOT NULL)
    OR (email <> before_email AND before_email <> ''))
FROM matched_students
WHERE target_id IS NULL OR ssid <> before_ssid OR first_name <> before_first_name OR last_name <> before_last_name
  OR birth_date IS DISTINCT FROM before_birth_date OR grade <> before_grade OR email <> before_email;

INSERT INTO found_problems (kind, source_id, reason, field)
SELECT 'students', local_id, 'ssid-changed', 'ssid' FROM integrations_studentchange
WHERE run_id = %(run)s AND ssid_questioned;

-- : apply
INSERT INTO accounts_student (uuid, district_id, local_id, ssid, first_name, last_name, birth_date, grade, email)
SELECT $uuid, %(district)s, local_id, ssid, first_name, last_name, birth_date, grade, email
FROM integrations_studentchange WHERE run_id = %(run)s AND op = 'insert'
ON CONFLICT DO NOTHING;

UPDATE accounts_student AS t SET ssid = c.ssid, first_name = c.first_name, last_name = c.last_name,
  birth_date = c.birth_date, grade = c.grade, email = c.email,
  ssid_changed_at = CASE WHEN c.ssid_questioned THEN %(now)s ELSE t.ssid_changed_at END
FROM integrations_studentchange AS c
WHERE c.run_id = %(run)s AND c.op = 'update' AND t.id = c.target_id;

INSERT INTO accounts_accesschange (recorded_at, actor, verb, subject, subject_id, before, after, reason, request_id)
SELECT %(now)s, %(actor)s, 'student.ssid_changed', 'student', t.uuid, $json(), $json(), '', ''
FROM integrations_studentchange AS c JOIN accounts_student AS t ON t.id = c.target_id
WHERE c.run_id = %(run)s AND c.ssid_questioned;
