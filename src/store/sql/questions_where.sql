WHERE (:closed OR q.state = 'open')
  AND (:form IS NULL OR p.form = :form)
  AND (:field IS NULL OR q.field = :field)
  AND (:reason IS NULL OR q.reason = :reason)
  AND (:kind IS NULL OR q.kind = :kind)
  AND (:page IS NULL OR q.page_id = :page)
ORDER BY q.id
LIMIT :limit
