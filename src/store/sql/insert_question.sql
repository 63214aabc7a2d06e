INSERT INTO questions (page_id, outcome_id, kind, field, reason, doubts, state, policy)
VALUES (:page, :outcome, :kind, :field, :reason, :doubts, 'open', :policy)
