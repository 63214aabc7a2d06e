UPDATE questions
SET state = ?4, decision_id = ?5
WHERE id = (SELECT max(id) FROM questions
            WHERE page_id = ?1 AND kind = ?2 AND field = ?3 AND state <> 'superseded')
