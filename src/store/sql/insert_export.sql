INSERT INTO exports (seq, at, who, form, profile, kind, resend_of, name, sha256, manifest)
VALUES (:seq, :at, :who, :form, :profile, :kind, :resend_of, :name, :sha256, :manifest)
