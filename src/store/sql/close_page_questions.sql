UPDATE questions
SET state = 'answered', decision_id = :decision
WHERE page_id = :page AND state = 'open'
