-- Marks of absence, the same for every kind that can end: $kind is its name.

-- : resolve
INSERT INTO integrations_absencechange (run_id, op, target_id, kind)
SELECT %(run)s, 'back', a.target_id, '$kind' FROM integrations_absence AS a
JOIN matched_$kind AS m ON m.target_id = a.target_id
WHERE a.source = %(source)s AND a.kind = '$kind' AND a.district_id = %(district)s;

-- : gone
INSERT INTO integrations_absencechange (run_id, op, target_id, kind)
SELECT %(run)s, 'miss', gone.target_id, '$kind' FROM gone_$kind AS gone
LEFT JOIN integrations_absence AS a
  ON a.source = %(source)s AND a.kind = '$kind' AND a.target_id = gone.target_id
WHERE a.id IS NULL;

-- : apply
DELETE FROM integrations_absence WHERE source = %(source)s AND kind = '$kind' AND target_id IN (
  SELECT target_id FROM integrations_absencechange WHERE run_id = %(run)s AND op = 'back' AND kind = '$kind'
  UNION ALL
  SELECT target_id FROM $changes WHERE run_id = %(run)s AND op = 'end'
);

INSERT INTO integrations_absence (district_id, source, kind, target_id, first_missing_at)
SELECT %(district)s, %(source)s, kind, target_id, %(now)s
FROM integrations_absencechange WHERE run_id = %(run)s AND op = 'miss' AND kind = '$kind'
ON CONFLICT DO NOTHING;
