//! "As above": a ditto sign takes the answer of the field that the form names.
//!
//! Resolved only where the form says whose answer is meant, the sign itself is surely read, and the
//! other answer is accepted; everything else stays a question, with that answer as the proposal.
//! In the order of the form, so that a column of signs resolves from its first row.

use super::{Status, Verdict, accepts, own_threshold};
use crate::doubt::{Doubt, Reason};
use crate::form::Field;

/// Replaces ditto signs by what they stand for. `fields`: one a verdict, in the form's order.
pub(super) fn resolve(fields: &[&Field], verdicts: &mut [Verdict]) {
    for (at, field) in fields.iter().enumerate() {
        let is_ditto = verdicts[at]
            .doubts
            .iter()
            .any(|d| d.reason == Reason::Ditto);
        let Some(source) = field.ditto_from.as_ref().filter(|_| is_ditto) else {
            continue;
        };
        let from = fields[..at].iter().position(|f| f.id == *source);
        let Some(from) = from.map(|i| verdicts[i].clone()) else {
            continue;
        };
        let own = &mut verdicts[at];
        own.value.clone_from(&from.value);
        let sure = own.doubts == [Doubt::new(Reason::Ditto)]
            && accepts(field, own.confidence, own_threshold(field))
            && from.status == Status::Accepted;
        if sure {
            own.status = Status::Accepted;
            own.doubts.clear();
            if from.confidence.get() < own.confidence.get() {
                own.confidence = from.confidence;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charset::Charset;
    use crate::form::{FieldId, Learnt, ValueKind};
    use crate::read::{Content, TextReading};
    use crate::validate::{fixtures, validate};

    /// Three lines below each other; the second and third may repeat the one above.
    fn fields(named: bool) -> Vec<Field> {
        let one = |(i, from): (usize, Option<&str>)| Field {
            id: FieldId(format!("name{i}")),
            ditto_from: from.filter(|_| named).map(|f| FieldId(f.into())),
            ..fixtures::line(ValueKind::Text, false, Charset::Jis2)
        };
        [None, Some("name0"), Some("name1")]
            .into_iter()
            .enumerate()
            .map(one)
            .collect()
    }

    /// Verdicts on a town and a sign below it, both read as surely as two engines that agree make it, with
    /// a threshold that was learnt of an engine for the sign.
    fn with_learnt(engine: &str, accept_from: f64) -> Vec<Verdict> {
        let mut fields = fields(true);
        fields.truncate(2);
        fields[1].learnt = vec![Learnt {
            engine: Some(engine.into()),
            accept_from,
        }];
        let text = |t: &str| TextReading {
            ink_share: 0.1,
            listed: Vec::new(),
            characters: Vec::new(),
            ..fixtures::text(t, 0.99)
        };
        let readings: Vec<_> = fields
            .iter()
            .zip(["舞鶴市", "〃"])
            .map(|(field, t)| {
                let readings = vec![text(t), text(t)];
                fixtures::reading(field, Content::Text { readings })
            })
            .collect();
        validate(&fixtures::side(fields), &readings, &fixtures::context())
    }

    #[test]
    fn a_sign_is_accepted_by_what_was_learnt_of_its_engine() {
        let engine = fixtures::reading(&fields(true)[0], Content::Text { readings: vec![] }).engine;
        for (engine, accept_from, status) in [
            (engine.as_str(), 0.5, Status::Accepted),
            (engine.as_str(), 1.0, Status::Question),
            ("another-1", 1.0, Status::Accepted),
        ] {
            let verdict = &with_learnt(engine, accept_from)[1];
            assert_eq!(
                verdict.status, status,
                "{engine} {accept_from}: {verdict:?}"
            );
            assert_eq!(verdict.value, "舞鶴市");
        }
    }

    /// What two engines read in each line; the second `None`: it is not sure of anything.
    #[track_caller]
    fn check(
        named: bool,
        read: [(&str, Option<&str>); 3],
        expected: [(Status, &str, Option<Reason>); 3],
    ) {
        let fields = fields(named);
        let readings: Vec<_> = fields
            .iter()
            .zip(read)
            .map(|(field, (first, second))| {
                let texts = [Some(first), second].into_iter().flatten();
                let paper = |t: &str| if t.is_empty() { 0.0 } else { 0.1 };
                let text = |t: &str| TextReading {
                    ink_share: paper(t),
                    listed: Vec::new(),
                    characters: Vec::new(),
                    ..fixtures::text(t, 0.99)
                };
                let readings = texts.map(text).collect();
                fixtures::reading(field, Content::Text { readings })
            })
            .collect();
        let side = fixtures::side(fields);
        let verdicts = validate(&side, &readings, &fixtures::context());
        let got = verdicts.iter().map(|v| {
            (
                v.status,
                v.value.as_str(),
                v.doubts.first().map(|d| d.reason),
            )
        });
        assert_eq!(got.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_ditto_sign_is_the_answer_above_where_the_form_says_so() {
        use Status::{Accepted, Blank, Question};
        let town = ("舞鶴市", Some("舞鶴市"));
        for sign in ["〃", "々", "同上", "左同", "↓"] {
            let sure = (sign, Some(sign));
            check(
                true,
                [town, sure, sure],
                [
                    (Accepted, "舞鶴市", None),
                    (Accepted, "舞鶴市", None),
                    (Accepted, "舞鶴市", None),
                ],
            );
            check(
                false,
                [town, sure, ("", None)],
                [
                    (Accepted, "舞鶴市", None),
                    (Question, "", Some(Reason::Ditto)),
                    (Blank, "", None),
                ],
            );
        }
    }

    #[test]
    fn a_sign_that_is_not_sure_or_repeats_a_question_is_asked_with_the_proposal() {
        use Status::{Accepted, Blank, Question};
        let (town, sign) = (("舞鶴市", Some("舞鶴市")), ("〃", Some("〃")));
        check(
            true,
            [town, ("〃", None), sign],
            [
                (Accepted, "舞鶴市", None),
                (Question, "舞鶴市", Some(Reason::Ditto)),
                (Question, "舞鶴市", Some(Reason::Ditto)),
            ],
        );
        check(
            true,
            [("舞鶴市", None), sign, ("", None)],
            [
                (Question, "舞鶴市", Some(Reason::LowConf)),
                (Question, "舞鶴市", Some(Reason::Ditto)),
                (Blank, "", None),
            ],
        );
        check(
            true,
            [("", None), sign, ("", None)],
            [
                (Blank, "", None),
                (Question, "", Some(Reason::Ditto)),
                (Blank, "", None),
            ],
        );
    }
}
