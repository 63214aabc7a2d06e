WITH words AS (
    SELECT who, date(at, '+9 hours') = :today AS is_today,
           unixepoch(at) - lag(unixepoch(at)) OVER (
               PARTITION BY who, date(at, '+9 hours') ORDER BY id) AS gap
    FROM decisions
    WHERE why <> :undo
)
SELECT who, count(*) FILTER (WHERE is_today) AS today, count(*) AS all_days,
       avg(gap) FILTER (WHERE is_today AND gap <= :pause) AS seconds
FROM words
GROUP BY who
ORDER BY today DESC, all_days DESC, who
