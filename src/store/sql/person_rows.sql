WITH said AS (
    -- An agreed decision is counted as the entry that made it.
    SELECT who, at, id FROM decisions WHERE why NOT IN (:undo, 'agreed')
    UNION ALL
    SELECT who, at, id FROM entries WHERE answer <> 'withdrawn'
), words AS (
    SELECT who, date(at, '+9 hours') = :today AS is_today,
           unixepoch(at) - lag(unixepoch(at)) OVER (
               PARTITION BY who, date(at, '+9 hours') ORDER BY at, id) AS gap
    FROM said
)
SELECT who, count(*) FILTER (WHERE is_today) AS today, count(*) AS all_days,
       avg(gap) FILTER (WHERE is_today AND gap <= :pause) AS seconds
FROM words
GROUP BY who
ORDER BY today DESC, all_days DESC, who
