INSERT INTO outcomes (page_id, run_id, current, outcome, original_id, doubts)
VALUES (?1, ?2, 1, 'duplicate', ?3, '[]')
