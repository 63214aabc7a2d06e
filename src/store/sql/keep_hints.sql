UPDATE outcomes
SET hints = (SELECT x.hints FROM outcomes x WHERE x.page_id = ?1 AND x.id < ?2
             ORDER BY x.id DESC LIMIT 1)
WHERE id = ?2
