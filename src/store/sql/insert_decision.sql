INSERT INTO decisions (page_id, kind, field, answer, value, who, at, why)
VALUES (:page, :kind, :field, :answer, :value, :who, :at, :why)
