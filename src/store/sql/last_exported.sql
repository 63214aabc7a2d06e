SELECT x.row, x.seq, x.op, x.revision, x.value_sha256
FROM exported_rows x
JOIN (SELECT y.row, max(y.seq) AS seq
      FROM exported_rows y
      JOIN exports e ON e.seq = y.seq
      WHERE e.form = ?1 AND e.profile = ?2
      GROUP BY y.row) last ON last.row = x.row AND last.seq = x.seq
