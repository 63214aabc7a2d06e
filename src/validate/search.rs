//! From boxes to a string: the most probable strings, weighed by what the field allows.
//!
//! The boxes' alternatives are independent, so the k best strings follow exactly from keeping the
//! k best prefixes. Each string is parsed. Let `p` be the product of its boxes' probabilities. The
//! confidence of the best value is its share of all that could be true:
//!
//!   sum p(strings with this value) / (sum p(valid) + e * sum p(invalid) + q * p(not listed))
//!
//! `q` is the share of wrong strings that pass the field's constraints (a check digit passes one
//! in ten, free digits all), `e = m q / (1 - q)` is what an invalid string is worth when people
//! themselves write `m` of 100 answers invalid. So a constraint raises confidence only by as much
//! as it can tell. Strings with an unreadable box weigh fully. When the most probable string
//! itself is invalid the answer is a question, whatever the arithmetic says of the runners-up: a
//! failing check is never mended silently.

use super::parse::Parsed;
use crate::confidence::Confidence;

/// A blank box in a candidate string.
pub const BLANK: char = ' ';
/// A box whose ink is no single character.
pub const UNREADABLE: char = '\u{FFFD}';
/// Strings that are kept; 64 hold over 99.9 % of the mass of 11 boxes read at 0.99 each.
const KEEP: usize = 64;
/// A valid runner-up is proposed in place of an invalid best string when it is at least this
/// fraction as probable; otherwise the person is shown what was read.
pub(super) const RUNNER_UP: f64 = 0.05;
/// Share of answers that people write invalid themselves; own estimate, on the cautious side.
const WRITTEN_INVALID: f64 = 0.01;

/// What one box may hold, with probabilities that add up to at most 1.
pub type Slot = Vec<(char, f64)>;

/// The outcome of a search.
#[derive(Clone, Debug)]
pub struct Found {
    /// The most probable string, boxes in order, [`BLANK`] for empty ones.
    pub raw: String,
    /// That string as parsed when it is valid; else the best valid value under the doubts of the
    /// most probable string.
    pub parsed: Parsed,
    pub confidence: Confidence,
}

/// The most probable strings, best first, and the probability of all others together.
pub fn best_strings(slots: &[Slot]) -> (Vec<(String, f64)>, f64) {
    let mut kept = vec![(String::new(), 1.0)];
    for slot in slots {
        let mut next: Vec<(String, f64)> = Vec::with_capacity(kept.len() * slot.len());
        for (prefix, p) in &kept {
            for &(c, q) in slot.iter().filter(|(_, q)| *q > 0.0) {
                let mut text = prefix.clone();
                text.push(c);
                next.push((text, p * q));
            }
        }
        next.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        next.truncate(KEEP);
        kept = next;
    }
    let listed: f64 = kept.iter().map(|(_, p)| p).sum();
    (kept, (1.0 - listed).max(0.0))
}

/// Chooses the best value. `pass` is the share of wrong strings that the constraints let through.
pub fn choose(slots: &[Slot], pass: f64, parse: impl Fn(&str) -> Parsed) -> Found {
    let (strings, rest) = best_strings(slots);
    let with_value = |(s, p): (String, f64)| {
        let value = parse(&s);
        (s, p, value)
    };
    let all: Vec<(String, f64, Parsed)> = strings.into_iter().map(with_value).collect();
    let invalid_weight = (WRITTEN_INVALID * pass / (1.0 - pass).max(1e-9)).min(1.0);
    let weigh = |(s, p, v): &(String, f64, Parsed)| {
        if v.is_valid() || s.contains(UNREADABLE) {
            *p
        } else {
            p * invalid_weight
        }
    };
    let total = all.iter().map(weigh).sum::<f64>() + rest * pass;
    let Some((raw, p_first, first)) = all.first() else {
        return Found {
            raw: String::new(),
            parsed: Parsed::valid(String::new()),
            confidence: Confidence::NONE,
        };
    };
    let credible = |(_, p, v): &&(String, f64, Parsed)| v.is_valid() && *p >= RUNNER_UP * p_first;
    let best = all.iter().find(credible).map_or(first, |(_, _, v)| v);
    let mass: f64 = all.iter().filter(|(_, _, v)| v == best).map(weigh).sum();
    let confidence = Confidence::new(if total > 0.0 { mass / total } else { 0.0 });
    let parsed = if first.is_valid() {
        best.clone()
    } else {
        Parsed {
            value: best.value.clone(),
            doubts: first.doubts.clone(),
        }
    };
    Found {
        raw: raw.clone(),
        parsed,
        confidence,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doubt::Reason;

    fn slot(text: &str, p: f64) -> Slot {
        let mut chars = text.chars();
        let best = chars.next().expect("a best character");
        let others: Vec<char> = chars.collect();
        let rest = (1.0 - p) / others.len().max(1) as f64;
        std::iter::once((best, p))
            .chain(others.into_iter().map(|c| (c, rest)))
            .collect()
    }

    fn anything(s: &str) -> Parsed {
        Parsed::valid(s.to_owned())
    }

    #[test]
    fn the_best_strings_come_in_order_and_account_for_everything() {
        let (strings, rest) = best_strings(&[slot("17", 0.9), slot("38", 0.6)]);
        let texts: Vec<&str> = strings.iter().map(|(s, _)| s.as_str()).collect();
        assert_eq!(texts, ["13", "18", "73", "78"]);
        assert!(rest < 1e-9);
    }

    #[test]
    fn many_boxes_stay_bounded() {
        let slots: Vec<Slot> = (0..40).map(|_| slot("0123456789", 0.5)).collect();
        let (strings, rest) = best_strings(&slots);
        assert_eq!(strings.len(), KEEP);
        assert!(rest > 0.9);
    }

    #[test]
    fn without_constraints_the_confidence_is_the_product() {
        let found = choose(&[slot("17", 0.9), slot("38", 0.8)], 1.0, anything);
        assert_eq!(found.parsed.value, "13");
        assert!((found.confidence.get() - 0.72).abs() < 1e-9);
    }

    #[test]
    fn a_constraint_raises_confidence_only_by_what_it_excludes() {
        let even = |s: &str| match s.bytes().map(u32::from).sum::<u32>() % 2 {
            0 => Parsed::valid(s.to_owned()),
            _ => Parsed::doubtful(s.to_owned(), Reason::CheckDigit),
        };
        let found = choose(&[slot("17", 0.9), slot("38", 0.8)], 0.5, even);
        assert_eq!(found.parsed.value, "13");
        // 13: .72, sum even; 18: .18, odd; 73: .08, even; 78: .02, odd.
        let expected = 0.72 / (0.72 + 0.08 + 0.01 * (0.18 + 0.02));
        assert!((found.confidence.get() - expected).abs() < 1e-9);
    }

    #[test]
    fn an_invalid_best_string_is_never_mended() {
        let no_one = |s: &str| {
            if s.starts_with('1') {
                Parsed::doubtful(s.to_owned(), Reason::CheckDigit)
            } else {
                Parsed::valid(s.to_owned())
            }
        };
        let found = choose(&[slot("17", 0.51)], 0.1, no_one);
        assert_eq!(
            (found.raw.as_str(), found.parsed.value.as_str()),
            ("1", "7")
        );
        assert!(!found.parsed.is_valid());
    }

    #[test]
    fn an_unreadable_box_keeps_its_weight() {
        let clean = |s: &str| {
            if s.contains(UNREADABLE) {
                Parsed::doubtful(String::new(), Reason::LowConf)
            } else {
                Parsed::valid(s.to_owned())
            }
        };
        let found = choose(&[vec![('1', 0.9), (UNREADABLE, 0.1)]], 0.1, clean);
        assert!((found.confidence.get() - 0.9).abs() < 1e-9);
    }
}
