-- : keep
INSERT INTO integrations_syncproblem (run_id, kind, endpoint, source_id, reason, field)
SELECT %(run)s, kind, coalesce(endpoint, ''), source_id, reason, field FROM (
  SELECT p.*, row_number() OVER (PARTITION BY kind, reason ORDER BY source_id) AS nth FROM found_problems AS p
) AS numbered WHERE nth <= %(most)s;
