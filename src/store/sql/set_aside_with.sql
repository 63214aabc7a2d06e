-- Decisions of one word stand in a row without a gap.
SELECT x.page_id
FROM decisions d
JOIN decisions x ON x.id > d.id AND x.who = d.who AND x.at = d.at
WHERE d.id = ?1 AND d.kind = 'page' AND d.answer = 'accept'
  AND x.kind = 'page' AND x.answer = 'duplicate' AND x.page_id <> d.page_id
  AND NOT EXISTS (
      SELECT 1 FROM decisions y
      WHERE y.id > d.id AND y.id < x.id
        AND NOT (y.kind = 'page' AND y.answer = 'duplicate' AND y.who = d.who AND y.at = d.at))
  AND x.id = (SELECT max(z.id) FROM decisions z WHERE z.page_id = x.page_id AND z.kind = 'page')
