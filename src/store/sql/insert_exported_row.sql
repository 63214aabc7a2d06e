INSERT INTO exported_rows (seq, row, op, revision, value_sha256)
VALUES (?1, ?2, ?3, ?4, ?5)
