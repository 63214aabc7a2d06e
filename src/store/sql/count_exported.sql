SELECT e.form, count(DISTINCT x.row)
FROM exported_rows x
JOIN exports e ON e.seq = x.seq
WHERE x.op <> 'D'
GROUP BY e.form ORDER BY e.form
