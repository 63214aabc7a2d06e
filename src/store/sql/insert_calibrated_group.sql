INSERT INTO calibrated_groups (calibration_id, position, form, engine, kind, fields, target,
                               accept_from, standing, at_most, known, wrong, spread)
VALUES (:calibration, :position, :form, :engine, :kind, :fields, :target, :accept_from, :standing,
        :at_most, :known, :wrong, :spread)
