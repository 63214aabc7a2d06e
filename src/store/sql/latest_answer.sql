SELECT answer FROM decisions
WHERE page_id = ?1 AND kind = ?2 AND field = ?3
ORDER BY id DESC LIMIT 1
