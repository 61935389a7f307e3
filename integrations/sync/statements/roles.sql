-- Staff roles, through the district's mapping of role names. A role that somebody granted by hand is left alone.

-- : match
INSERT INTO found_problems (kind, source_id, reason, field)
SELECT DISTINCT 'roles', substr(lower(r.role_name), 1, 120), 'role-unmapped', 'role_name' FROM staged_roles AS r
LEFT JOIN integrations_rolemapping AS map
  ON map.district_id = %(district)s AND lower(map.role_name) = lower(r.role_name)
WHERE map.id IS NULL;

INSERT INTO found_problems (kind, source_id, reason, field)
SELECT DISTINCT 'roles', substr(r.staff_id, 1, 120), 'staff-unknown', 'staff_id' FROM staged_roles AS r
LEFT JOIN people AS p ON p.staff_id = r.staff_id WHERE p.staff_id IS NULL;

INSERT INTO found_problems (kind, source_id, reason, field)
SELECT DISTINCT 'roles', substr(r.site_id, 1, 120), 'site-unknown', 'site_id' FROM staged_roles AS r
LEFT JOIN sites AS s ON s.site_id = r.site_id AND s.what IN ('school', 'district') WHERE s.site_id IS NULL;

CREATE TEMP TABLE wanted_roles AS
SELECT DISTINCT m.email, m.name, m.user_id, map.role, s.cds_code, s.school_id
FROM staged_roles AS r
JOIN members AS m ON m.staff_id = r.staff_id
JOIN sites AS s ON s.site_id = r.site_id AND s.what IN ('school', 'district')
JOIN integrations_rolemapping AS map
  ON map.district_id = %(district)s AND lower(map.role_name) = lower(r.role_name) AND map.role <> '';

-- Who may stand before a class or have a caseload: staff of the feed who have an account or get one.
CREATE TEMP TABLE staff_accounts AS
SELECT DISTINCT m.staff_id, m.email, m.user_id FROM members AS m
LEFT JOIN wanted_roles AS w ON w.email = m.email
WHERE m.user_id IS NOT NULL OR w.email IS NOT NULL;

CREATE TEMP TABLE matched_roles AS
SELECT w.email, w.role, w.cds_code, t.id AS target_id, t.until AS before_until, t.ended_by,
  t.source = %(source)s AS is_ours, t.id IS NOT NULL AND (t.until IS NULL OR t.until >= %(today)s) AS was_open
FROM wanted_roles AS w
LEFT JOIN accounts_staffrole AS t ON t.user_id = w.user_id AND t.role = w.role AND t.district_id = %(district)s
  AND ((w.cds_code = '' AND t.school_id IS NULL) OR t.school_id = w.school_id);

-- : resolve
INSERT INTO integrations_userchange (run_id, op, email, name)
SELECT DISTINCT %(run)s, 'insert', email, name FROM wanted_roles WHERE user_id IS NULL;

INSERT INTO integrations_staffrolechange (run_id, op, target_id, email, role, cds_code, uuid, before_until, loses)
SELECT %(run)s, CASE WHEN w.back_id IS NULL THEN 'insert' ELSE 'revive' END, w.back_id, w.email, w.role, w.cds_code,
  CASE WHEN w.back_id IS NULL THEN $uuid END, t.until, false
FROM (
  SELECT email, role, cds_code,
    max(CASE WHEN is_ours AND ended_by = 'sync' AND NOT was_open THEN target_id END) AS back_id,
    max(CASE WHEN was_open OR ended_by = 'person' THEN 1 ELSE 0 END) AS is_settled
  FROM matched_roles GROUP BY email, role, cds_code
) AS w
LEFT JOIN accounts_staffrole AS t ON t.id = w.back_id
WHERE w.is_settled = 0;

INSERT INTO integrations_staffrolechange (run_id, op, target_id, email, role, cds_code, until, before_until, loses)
SELECT %(run)s, 'end', t.id, l.email, t.role, coalesce(k.cds_code, ''), %(yesterday)s, t.until, true
FROM leavers AS l
JOIN accounts_staffrole AS t ON t.user_id = l.user_id AND t.district_id = %(district)s AND t.source = %(source)s
LEFT JOIN accounts_school AS k ON k.id = t.school_id
WHERE t.until IS NULL OR t.until >= %(today)s;

-- : gone
CREATE TEMP TABLE gone_roles AS
SELECT t.id AS target_id FROM accounts_staffrole AS t
LEFT JOIN matched_roles AS m ON m.target_id = t.id
LEFT JOIN leavers AS l ON l.user_id = t.user_id
WHERE t.district_id = %(district)s AND t.source = %(source)s AND (t.until IS NULL OR t.until >= %(today)s)
  AND m.target_id IS NULL AND l.user_id IS NULL;

INSERT INTO integrations_staffrolechange (run_id, op, target_id, email, role, cds_code, until, before_until, loses)
SELECT %(run)s, 'end', t.id, u.email, t.role, coalesce(k.cds_code, ''), %(yesterday)s, t.until, true
FROM gone_roles AS gone
JOIN integrations_absence AS a ON a.source = %(source)s AND a.kind = 'roles' AND a.target_id = gone.target_id
JOIN accounts_staffrole AS t ON t.id = gone.target_id
JOIN accounts_user AS u ON u.id = t.user_id
LEFT JOIN accounts_school AS k ON k.id = t.school_id;

-- : apply
CREATE TEMP TABLE new_roles AS
SELECT c.uuid, c.role, u.id AS user_id, u.uuid AS user_uuid, k.id AS school_id, k.uuid AS school_uuid
FROM integrations_staffrolechange AS c
JOIN accounts_user AS u ON lower(u.email) = c.email
LEFT JOIN accounts_school AS k ON k.cds_code = c.cds_code AND k.district_id = %(district)s
WHERE c.run_id = %(run)s AND c.op = 'insert' AND (c.cds_code = '' OR k.id IS NOT NULL);

INSERT INTO accounts_staffrole (uuid, user_id, role, district_id, school_id, source, ended_by)
SELECT uuid, user_id, role, %(district)s, school_id, %(source)s, '' FROM new_roles;

INSERT INTO accounts_accesschange (recorded_at, actor, verb, subject, subject_id, before, after, reason, request_id)
SELECT %(now)s, %(actor)s, 'staff_role.granted', 'staff_role', uuid, $json(),
  $json('user', $dashed(user_uuid), 'role', role, 'district', %(district_uuid)s, 'school', $dashed(school_uuid),
    'until', NULL), '', ''
FROM new_roles;

CREATE TEMP TABLE changed_roles AS
SELECT c.op, c.target_id, c.until, c.before_until, t.uuid, t.role, u.uuid AS user_uuid, k.uuid AS school_uuid,
  t.until IS NOT DISTINCT FROM c.before_until AND t.ended_by <> 'person' AS as_shown
FROM integrations_staffrolechange AS c
JOIN accounts_staffrole AS t ON t.id = c.target_id
JOIN accounts_user AS u ON u.id = t.user_id
LEFT JOIN accounts_school AS k ON k.id = t.school_id
WHERE c.run_id = %(run)s AND c.op IN ('end', 'revive');

UPDATE accounts_staffrole AS t SET until = c.until, ended_by = CASE c.op WHEN 'end' THEN 'sync' ELSE '' END
FROM changed_roles AS c WHERE t.id = c.target_id AND c.as_shown;

INSERT INTO accounts_accesschange (recorded_at, actor, verb, subject, subject_id, before, after, reason, request_id)
SELECT %(now)s, %(actor)s, CASE op WHEN 'end' THEN 'staff_role.ended' ELSE 'staff_role.granted' END,
  'staff_role', uuid,
  $json('user', $dashed(user_uuid), 'role', role, 'district', %(district_uuid)s, 'school', $dashed(school_uuid),
    'until', CAST(before_until AS text)),
  $json('user', $dashed(user_uuid), 'role', role, 'district', %(district_uuid)s, 'school', $dashed(school_uuid),
    'until', CAST(until AS text)), '', ''
FROM changed_roles WHERE as_shown;

INSERT INTO integrations_syncproblem (run_id, kind, endpoint, source_id, reason, field)
SELECT %(run)s, 'roles', '', '', 'changed-meanwhile', '' FROM changed_roles WHERE NOT as_shown;

DROP TABLE new_roles;

DROP TABLE changed_roles;
