UPDATE questions
SET state = 'superseded'
WHERE page_id = ?1 AND kind <> 'page' AND state = 'answered'
  AND decision_id IN (SELECT id FROM decisions WHERE page_id = ?1 AND kind = 'page')
