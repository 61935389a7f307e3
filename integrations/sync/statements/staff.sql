-- Accounts of staff, by e-mail. Only whoever gets a role here gets an account; one that is there is never touched.

-- : match
CREATE TEMP TABLE people AS
SELECT staff_id, max(CASE WHEN active THEN 1 ELSE 0 END) AS works_here,
  max(CASE WHEN active THEN substr(name, 1, 150) ELSE '' END) AS name,
  lower(max(CASE WHEN length(email) <= 254 AND email LIKE '%%_@_%%' THEN email ELSE '' END)) AS email
FROM staged_staff WHERE staff_id <> '' GROUP BY staff_id;

CREATE TEMP TABLE shared_addresses AS
SELECT email FROM people WHERE works_here = 1 AND email <> '' GROUP BY email HAVING count(*) > 1;

INSERT INTO found_problems (kind, source_id, reason, field)
SELECT 'staff', substr(p.staff_id, 1, 120), CASE WHEN p.email = '' THEN 'email-missing' ELSE 'email-shared' END, 'email'
FROM people AS p LEFT JOIN shared_addresses AS d ON d.email = p.email
WHERE p.works_here = 1 AND (p.email = '' OR d.email IS NOT NULL);

CREATE TEMP TABLE members AS
SELECT p.staff_id, p.email, p.name, u.id AS user_id
FROM people AS p
LEFT JOIN shared_addresses AS d ON d.email = p.email
LEFT JOIN accounts_user AS u ON lower(u.email) = p.email
WHERE p.works_here = 1 AND p.email <> '' AND d.email IS NULL;

-- Left, says the source, and nobody else works under this address.
CREATE TEMP TABLE leavers AS
SELECT DISTINCT p.email, u.id AS user_id
FROM people AS p
JOIN accounts_user AS u ON lower(u.email) = p.email
LEFT JOIN people AS other ON other.email = p.email AND other.works_here = 1
WHERE p.works_here = 0 AND p.email <> '' AND other.staff_id IS NULL;

-- : apply
INSERT INTO accounts_user (uuid, email, name, language, password, password_is_short, is_superuser, is_active,
  date_joined)
SELECT $uuid, email, name, '', '!' || $random, false, false, true, %(now)s
FROM integrations_userchange WHERE run_id = %(run)s AND op = 'insert'
ON CONFLICT DO NOTHING;
