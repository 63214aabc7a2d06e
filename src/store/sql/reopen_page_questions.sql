UPDATE questions
SET state = 'open', decision_id = NULL
WHERE page_id = :page AND kind <> 'page' AND state = 'answered' AND :decision IS NOT NULL
  AND decision_id IN (SELECT id FROM decisions WHERE page_id = :page AND kind = 'page')
