SELECT e.who, e.answer, e.value
FROM entries e
WHERE e.question_id = ?1 AND e.answer <> 'withdrawn'
  AND e.id = (SELECT max(x.id) FROM entries x
              WHERE x.question_id = e.question_id AND x.who = e.who)
ORDER BY e.id
