INSERT INTO files (run_id, name, sha256, bytes, pages, status, copy_of, reason, detail)
VALUES (:run, :name, :sha256, :bytes, :pages, :status, :copy_of, :reason, :detail)
