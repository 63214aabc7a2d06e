SELECT a.status, count(*)
FROM answer a
JOIN page p ON p.page_id = a.page_id
WHERE p.bucket IN ('read', 'review', 'header')
GROUP BY a.status ORDER BY a.status
