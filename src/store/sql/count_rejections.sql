SELECT reason, count(*)
FROM page
WHERE bucket = 'rejected'
GROUP BY reason ORDER BY reason
