UPDATE files
SET run_id = :run, sha256 = :sha256, bytes = :bytes, pages = :pages, status = 'read',
    copy_of = :copy_of, reason = NULL, detail = NULL
WHERE id = :id
