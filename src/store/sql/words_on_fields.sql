-- People's latest word on each field, where it says what is on paper.
SELECT d.page_id, d.field, d.answer, d.value
FROM decisions d
WHERE d.kind = 'field' AND d.answer IN ('value', 'blank', 'illegible')
  AND d.id = (SELECT max(x.id) FROM decisions x
              WHERE x.page_id = d.page_id AND x.kind = 'field' AND x.field = d.field)
ORDER BY d.id
