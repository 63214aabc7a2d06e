UPDATE files
SET run_id = :run, sha256 = :sha256, bytes = :bytes, reason = :reason, detail = :detail
WHERE id = :id
