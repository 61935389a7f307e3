-- Adults and their links. Which contacts count is said here and nowhere else:
--
--   legal flag yes                          counts; waits for review if staff declined the adult on another flag
--   no or blank, new, like a parent         waits for review
--   no or blank, new, anybody else          is not stored at all
--   blank, link is there                    nothing changes, and a problem
--   no, link is there, like a parent        waits for review, at once
--   no, link is there, anybody else         ends at once
--   staff decided on this very flag         what they said
--   gone from two complete runs             ends; there again: comes back by the rules for a new one
--   ended by a person                       stays ended
--
-- Where the student lives decides nothing (trust A2).

-- : match
INSERT INTO found_problems (kind, source_id, reason, field)
SELECT 'contacts', substr(local_id, 1, 120), 'id-unusable', 'contact_id' FROM staged_contacts
WHERE contact_id = '' OR length(contact_id) > 60;

-- One adult may stand twice beside one student: two homes.
CREATE TEMP TABLE doubled_ties AS
SELECT contact_id, local_id FROM staged_contacts GROUP BY contact_id, local_id HAVING count(*) > 1;

CREATE TEMP TABLE merged_ties AS
SELECT c.contact_id, c.local_id, max(c.name) AS name, max(c.email) AS email, max(c.language) AS language,
  coalesce(max(CASE WHEN p.word IS NOT NULL THEN c.relationship END), max(c.relationship)) AS relationship,
  max(CASE WHEN c.legal_guardian THEN 1 ELSE 0 END) AS says_yes,
  max(CASE WHEN NOT c.legal_guardian THEN 1 ELSE 0 END) AS says_no,
  max(CASE WHEN c.resides_with THEN 1 WHEN NOT c.resides_with THEN 0 END) AS resides_with
FROM staged_contacts AS c
JOIN doubled_ties AS d ON d.contact_id = c.contact_id AND d.local_id = c.local_id
LEFT JOIN parent_like AS p ON p.word = lower(c.relationship)
GROUP BY c.contact_id, c.local_id;

DELETE FROM staged_contacts WHERE $row IN (
  SELECT c.$row FROM staged_contacts AS c
  JOIN doubled_ties AS d ON d.contact_id = c.contact_id AND d.local_id = c.local_id
);

-- Yes and no together are no answer.
INSERT INTO staged_contacts (local_id, contact_id, name, email, language, relationship, legal_guardian, resides_with)
SELECT local_id, contact_id, name, email, language, relationship,
  CASE WHEN says_yes = 1 AND says_no = 0 THEN true WHEN says_no = 1 AND says_yes = 0 THEN false END,
  CASE resides_with WHEN 1 THEN true WHEN 0 THEN false END
FROM merged_ties;

INSERT INTO found_problems (kind, source_id, reason, field)
SELECT 'contacts', substr(contact_id, 1, 120), 'legal-guardian-contradicts', 'legal_guardian'
FROM merged_ties WHERE says_yes = 1 AND says_no = 1;

-- An adult's rows beside several children should agree; where they do not, the greatest text wins every night.
CREATE TEMP TABLE matched_guardians AS
SELECT w.contact_id, g.id AS target_id,
  coalesce(nullif(w.name, ''), g.name, '') AS name, w.email,
  coalesce(nullif(w.language, ''), g.language, '') AS language,
  g.name AS before_name, g.email AS before_email, g.language AS before_language
FROM (
  SELECT contact_id, substr(max(name), 1, 200) AS name,
    lower(max(CASE WHEN length(email) <= 254 AND email LIKE '%%_@_%%' THEN email ELSE '' END)) AS email,
    max(CASE WHEN length(language) <= 12 THEN language ELSE '' END) AS language
  FROM staged_contacts WHERE contact_id <> '' AND length(contact_id) <= 60 GROUP BY contact_id
) AS w
LEFT JOIN accounts_guardian AS g
  ON g.district_id = %(district)s AND g.source = %(source)s AND g.source_id = w.contact_id;

CREATE TEMP TABLE matched_contacts AS
SELECT c.contact_id, c.local_id, l.id AS target_id,
  substr(coalesce(nullif(c.relationship, ''), l.relationship, ''), 1, 60) AS relationship,
  p.word IS NOT NULL AS is_parent_like,
  c.legal_guardian AS says, coalesce(c.legal_guardian, l.legal_guardian) AS legal_guardian,
  coalesce(c.resides_with, l.resides_with) AS resides_with,
  l.id IS NOT NULL AND (l.until IS NULL OR l.until >= %(today)s) AS was_open,
  coalesce(l.ended_by, '') AS ended_by,
  coalesce(l.decision, '') AS decision,
  coalesce(l.decision, '') <> ''
    AND l.decided_legal IS NOT DISTINCT FROM coalesce(c.legal_guardian, l.legal_guardian) AS decision_stands,
  l.relationship AS before_relationship, l.legal_guardian AS before_legal_guardian,
  l.resides_with AS before_resides_with, l.standing AS before_standing, l.until AS before_until
FROM staged_contacts AS c
JOIN matched_guardians AS g ON g.contact_id = c.contact_id
JOIN known_students AS k ON k.local_id = c.local_id
LEFT JOIN accounts_guardianship AS l ON l.guardian_id = g.target_id AND l.student_id = k.student_id
LEFT JOIN parent_like AS p ON p.word = lower(coalesce(nullif(c.relationship, ''), l.relationship, ''));

-- Looked for only if some row found no place: PostgreSQL then skips the join.
INSERT INTO found_problems (kind, source_id, reason, field)
SELECT 'contacts', substr(c.contact_id, 1, 120), 'student-unknown', 'local_id' FROM staged_contacts AS c
LEFT JOIN known_students AS k ON k.local_id = c.local_id WHERE k.local_id IS NULL
  AND (SELECT count(*) FROM staged_contacts) <> (SELECT count(*) FROM matched_contacts);

INSERT INTO found_problems (kind, source_id, reason, field)
SELECT 'contacts', contact_id, 'legal-guardian-blank', 'legal_guardian' FROM matched_contacts
WHERE target_id IS NOT NULL AND says IS NULL;

-- : resolve
INSERT INTO integrations_guardianshipchange (run_id, op, target_id, contact_id, local_id, uuid, reason, relationship,
  legal_guardian, resides_with, standing, until, before_legal_guardian, before_standing, before_until, before_decision,
  loses, gains)
SELECT %(run)s,
  CASE
    WHEN target_id IS NULL THEN 'insert'
    WHEN NOT was_open THEN 'revive'
    WHEN NOT is_open THEN 'end'
    ELSE 'update'
  END,
  target_id, contact_id, local_id, CASE WHEN target_id IS NULL THEN $uuid END,
  CASE
    WHEN target_id IS NULL THEN 'new'
    WHEN NOT was_open THEN 'returned'
    WHEN NOT is_open OR standing <> before_standing THEN 'legal'
    ELSE 'details'
  END,
  relationship, legal_guardian, resides_with, standing,
  CASE WHEN NOT is_open THEN %(yesterday)s WHEN was_open THEN before_until END,
  before_legal_guardian, coalesce(before_standing, ''), before_until, decision,
  was_open AND before_standing = 'counts' AND NOT (is_open AND standing = 'counts'),
  is_open AND standing = 'counts' AND NOT (was_open AND before_standing = 'counts')
FROM (
  SELECT m.*,
    CASE
      WHEN was_open THEN NOT (says IS FALSE AND NOT is_parent_like AND NOT (decision_stands AND decision = 'accepted'))
      WHEN target_id IS NOT NULL AND ended_by <> 'sync' THEN false
      ELSE says IS TRUE OR is_parent_like OR (decision_stands AND decision = 'accepted')
    END AS is_open,
    CASE
      WHEN was_open AND says IS NULL THEN before_standing
      WHEN was_open AND says IS FALSE AND NOT is_parent_like AND NOT (decision_stands AND decision = 'accepted')
        THEN 'review'
      WHEN decision_stands THEN CASE decision WHEN 'accepted' THEN 'counts' ELSE 'declined' END
      WHEN says IS TRUE AND decision <> 'declined' THEN 'counts'
      ELSE 'review'
    END AS standing
  FROM matched_contacts AS m
) AS judged
WHERE (is_open AND NOT was_open) OR (was_open AND NOT is_open) OR (
  was_open AND is_open AND (
    standing <> before_standing OR relationship <> before_relationship
    OR legal_guardian IS DISTINCT FROM before_legal_guardian OR resides_with IS DISTINCT FROM before_resides_with
  )
);

INSERT INTO integrations_guardianchange (run_id, op, target_id, contact_id, name, email, language,
  before_name, before_email, before_language, person)
SELECT %(run)s, CASE WHEN target_id IS NULL THEN 'insert' ELSE 'update' END, target_id, contact_id, name, email, language,
  coalesce(before_name, ''), coalesce(before_email, ''), coalesce(before_language, ''),
  target_id IS NOT NULL AND (name <> before_name OR (email <> before_email AND before_email <> ''))
FROM matched_guardians
WHERE (target_id IS NOT NULL AND (name <> before_name OR email <> before_email OR language <> before_language))
  OR (target_id IS NULL AND contact_id IN (
    SELECT contact_id FROM integrations_guardianshipchange WHERE run_id = %(run)s AND op = 'insert'
  ));

-- : gone
CREATE TEMP TABLE gone_contacts AS
SELECT t.id AS target_id FROM accounts_guardianship AS t
JOIN accounts_guardian AS g ON g.id = t.guardian_id AND g.district_id = %(district)s AND g.source = %(source)s
LEFT JOIN matched_contacts AS m ON m.target_id = t.id
WHERE (t.until IS NULL OR t.until >= %(today)s) AND m.target_id IS NULL;

INSERT INTO integrations_guardianshipchange (run_id, op, target_id, contact_id, local_id, reason, relationship,
  legal_guardian, resides_with, standing, until, before_legal_guardian, before_standing, before_until, before_decision,
  loses, gains)
SELECT %(run)s, 'end', t.id, g.source_id, s.local_id, 'absent', t.relationship, t.legal_guardian, t.resides_with,
  t.standing, %(yesterday)s, t.legal_guardian, t.standing, t.until, t.decision, t.standing = 'counts', false
FROM gone_contacts AS gone
JOIN integrations_absence AS a ON a.source = %(source)s AND a.kind = 'contacts' AND a.target_id = gone.target_id
JOIN accounts_guardianship AS t ON t.id = gone.target_id
JOIN accounts_guardian AS g ON g.id = t.guardian_id
JOIN accounts_student AS s ON s.id = t.student_id;

-- : begin
INSERT INTO accounts_guardian (uuid, district_id, source, source_id, name, email, language)
-- New adults alone: the transaction stays open until the students are in, and nobody waits for what is not there yet.
SELECT $uuid, %(district)s, %(source)s, contact_id, name, email, language
FROM integrations_guardianchange WHERE run_id = %(run)s AND op = 'insert'
ON CONFLICT DO NOTHING;

-- : apply
UPDATE accounts_guardian AS t SET name = c.name, email = c.email, language = c.language
FROM integrations_guardianchange AS c
WHERE c.run_id = %(run)s AND c.op = 'update' AND t.id = c.target_id;

CREATE TEMP TABLE new_links AS
SELECT c.uuid, c.relationship, c.legal_guardian, c.resides_with, c.standing, c.contact_id,
  g.id AS guardian_id, g.uuid AS guardian_uuid, s.id AS student_id, s.uuid AS student_uuid
FROM integrations_guardianshipchange AS c
JOIN accounts_guardian AS g
  ON g.district_id = %(district)s AND g.source = %(source)s AND g.source_id = c.contact_id
JOIN accounts_student AS s ON s.district_id = %(district)s AND s.local_id = c.local_id
LEFT JOIN accounts_guardianship AS there ON there.guardian_id = g.id AND there.student_id = s.id
WHERE c.run_id = %(run)s AND c.op = 'insert' AND there.id IS NULL;

INSERT INTO accounts_guardianship (uuid, guardian_id, student_id, relationship, legal_guardian, resides_with, standing,
  source, source_id, decision, decided_by, decision_reason, ended_by)
SELECT uuid, guardian_id, student_id, relationship, legal_guardian, resides_with, standing,
  %(source)s, contact_id, '', '', '', ''
FROM new_links;

INSERT INTO accounts_accesschange (recorded_at, actor, verb, subject, subject_id, before, after, reason, request_id)
SELECT %(now)s, %(actor)s, 'guardianship.linked', 'guardianship', uuid, $json(),
  $json('guardian', $dashed(guardian_uuid), 'student', $dashed(student_uuid), 'standing', standing,
    'starts', NULL, 'until', NULL, 'decision', ''), '', ''
FROM new_links;

CREATE TEMP TABLE changed_links AS
SELECT c.op, c.target_id, c.contact_id, c.reason, c.relationship, c.legal_guardian, c.resides_with, c.standing, c.until,
  c.before_standing, c.before_until, c.before_decision AS decision, t.uuid, t.starts,
  g.uuid AS guardian_uuid, s.uuid AS student_uuid,
  t.standing = c.before_standing AND t.until IS NOT DISTINCT FROM c.before_until
    AND t.decision = c.before_decision AND t.legal_guardian IS NOT DISTINCT FROM c.before_legal_guardian AS as_shown
FROM integrations_guardianshipchange AS c
JOIN accounts_guardianship AS t ON t.id = c.target_id
JOIN accounts_guardian AS g ON g.id = t.guardian_id
JOIN accounts_student AS s ON s.id = t.student_id
WHERE c.run_id = %(run)s AND c.op IN ('update', 'end', 'revive');

UPDATE accounts_guardianship AS t SET relationship = c.relationship, legal_guardian = c.legal_guardian,
  resides_with = c.resides_with, standing = c.standing, until = c.until,
  ended_by = CASE c.op WHEN 'end' THEN 'sync' WHEN 'revive' THEN '' ELSE t.ended_by END
FROM changed_links AS c WHERE t.id = c.target_id AND c.as_shown;

INSERT INTO accounts_accesschange (recorded_at, actor, verb, subject, subject_id, before, after, reason, request_id)
SELECT %(now)s, %(actor)s,
  CASE op WHEN 'end' THEN 'guardianship.ended' WHEN 'revive' THEN 'guardianship.linked' ELSE 'guardianship.changed' END,
  'guardianship', uuid,
  $json('guardian', $dashed(guardian_uuid), 'student', $dashed(student_uuid), 'standing', before_standing,
    'starts', CAST(starts AS text), 'until', CAST(before_until AS text), 'decision', decision),
  $json('guardian', $dashed(guardian_uuid), 'student', $dashed(student_uuid), 'standing', standing,
    'starts', CAST(starts AS text), 'until', CAST(until AS text), 'decision', decision),
  reason, ''
FROM changed_links WHERE as_shown AND reason <> 'details';

INSERT INTO integrations_syncproblem (run_id, kind, endpoint, source_id, reason, field)
SELECT %(run)s, 'contacts', '', contact_id, 'changed-meanwhile', '' FROM changed_links WHERE NOT as_shown;

DROP TABLE new_links;

DROP TABLE changed_links;
