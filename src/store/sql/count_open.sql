SELECT coalesce(sum(open), 0)
FROM waiting
WHERE (:kind IS NULL OR kind = :kind)
  AND (:field IS NULL OR field = :field)
  AND (:reason IS NULL OR reason = :reason)
  AND (:form IS NULL OR form = :form)
