//! Rules: conditions that parse, fields that exist on one side, options that exist.

use std::ops::Range;

use super::text;
use crate::form::condition::{self, ComparedValue, Parsed};
use crate::form::fault::{Faults, nearest};
use crate::form::raw::{At, Pieces, RawAgeRule, RawRule};
use crate::form::types::{AgeRule, Condition, Field, FieldId, Rule, Side, ValueKind, Zone};

/// Checks every rule and puts it on its side.
pub(super) fn check(pieces: &Pieces, sides: &mut [Side], faults: &mut Faults<'_>) {
    let names = Names::new(pieces);
    for raw in &pieces.rules {
        if let Some((side, rule)) = rule(raw, &names, sides, faults)
            && let Some(side) = sides.iter_mut().find(|s| s.id == side)
        {
            side.rules.push(rule);
        }
    }
}

/// Every field of the text, also those at fault, with its side.
struct Names<'p> {
    /// Side, then field.
    all: Vec<(&'p str, &'p str)>,
}

impl<'p> Names<'p> {
    fn new(pieces: &'p Pieces) -> Self {
        let mut all = Vec::new();
        for side in &pieces.sides {
            let name = side.side.as_ref().map_or("", |s| s.id.value.as_str());
            let good = side.fields.iter().map(|f| f.id.value.as_str());
            all.extend(
                good.chain(side.broken.iter().map(String::as_str))
                    .map(|f| (name, f)),
            );
        }
        Self { all }
    }

    /// The side of a field; a fault where there is none.
    fn side(&self, field: &str, span: &Range<usize>, faults: &mut Faults<'_>) -> Option<&'p str> {
        let found = self
            .all
            .iter()
            .find(|(_, f)| *f == field)
            .map(|(side, _)| *side);
        if found.is_none() {
            let message = format!("there is no field `{field}`");
            match nearest(field, self.all.iter().map(|(_, f)| *f)) {
                Some(near) => faults.add_hint(span, message, format!("did you mean `{near}`?")),
                None => faults.add(span, message),
            }
        }
        found
    }
}

fn rule<'p>(
    raw: &RawRule,
    names: &Names<'p>,
    sides: &[Side],
    faults: &mut Faults<'_>,
) -> Option<(&'p str, Rule)> {
    let when = raw.when.as_ref().map(|c| parse(c, faults));
    let assert = raw.assert.as_ref().map(|c| parse(c, faults));
    if matches!(when, Some(None)) || matches!(assert, Some(None)) {
        return None;
    }
    let (when, assert) = (when.flatten(), assert.flatten());
    let conditions = || when.iter().chain(&assert);
    let asks = !raw.require.is_empty() || !raw.forbid.is_empty();
    if !asks && assert.is_none() && raw.age.is_none() {
        let span = raw.when.as_ref().map_or(0..0, |w| w.span.clone());
        faults.add_hint(
            &span,
            "this rule asks for nothing",
            "add `require`, `forbid`, `assert` or `age`",
        );
        return None;
    }
    let named = conditions().flat_map(|c| {
        c.parsed
            .fields
            .iter()
            .map(|(f, s)| (f.0.as_str(), c.place(s)))
    });
    let named: Vec<_> = named.chain(listed(raw)).collect();
    let mut found = Vec::new();
    for (field, span) in &named {
        found.push(names.side(field, span, faults).map(|side| (side, span)));
    }
    let found: Vec<(&str, &Range<usize>)> = found.into_iter().collect::<Option<_>>()?;
    let (side, _) = *found.first()?;
    if let Some((_, span)) = found.iter().find(|(s, _)| *s != side) {
        faults.add(span, "a rule holds between the fields of one side");
        return None;
    }
    for condition in conditions() {
        for value in &condition.parsed.values {
            check_value(value, condition, sides, faults);
        }
    }
    if let Some(age) = &raw.age {
        check_age(age, sides, faults)?;
    }
    let id = |name: &At<String>| FieldId(name.value.clone());
    let ids = |list: &[At<String>]| list.iter().map(|f| FieldId(f.value.clone())).collect();
    let rule = Rule {
        require: ids(&raw.require),
        forbid: ids(&raw.forbid),
        message: raw.message.as_ref().map(text).unwrap_or_default(),
        when: when.map(|c| c.parsed.condition),
        assert: assert.map(|c| c.parsed.condition),
        age: raw.age.as_ref().map(|age| AgeRule {
            written: id(&age.written),
            born: id(&age.born),
        }),
    };
    Some((side, rule))
}

/// The fields that a rule names outside its conditions.
fn listed(raw: &RawRule) -> impl Iterator<Item = (&str, Range<usize>)> {
    let ages = raw.age.iter().flat_map(|age| [&age.written, &age.born]);
    let all = raw.require.iter().chain(&raw.forbid).chain(ages);
    all.map(|f| (f.value.as_str(), f.span.clone()))
}

/// The age is a number, the birth date a date.
fn check_age(age: &RawAgeRule, sides: &[Side], faults: &mut Faults<'_>) -> Option<()> {
    let value = |name: &At<String>| {
        let mut all = sides.iter().flat_map(|s| &s.fields);
        all.find(|f| f.id.0 == name.value).map(|f| &f.value)
    };
    let is_number = matches!(value(&age.written), Some(ValueKind::Number { .. }) | None);
    let is_date = matches!(value(&age.born), Some(ValueKind::Date(_)) | None);
    for (name, is_right, wanted) in [
        (&age.written, is_number, "a number"),
        (&age.born, is_date, "a date"),
    ] {
        if !is_right {
            faults.add(&name.span, format!("`{}` is not {wanted}", name.value));
        }
    }
    (is_number && is_date).then_some(())
}

/// A condition and where its text begins in the file.
struct Placed {
    parsed: Parsed,
    /// The first byte of the condition's text; `None` when escapes shift what follows.
    start: Option<usize>,
    whole: Range<usize>,
}

impl Placed {
    /// Bytes of the condition -> bytes of the file.
    fn place(&self, inside: &Range<usize>) -> Range<usize> {
        let Some(start) = self.start else {
            return self.whole.clone();
        };
        start + inside.start..start + inside.end
    }
}

fn parse(raw: &At<String>, faults: &mut Faults<'_>) -> Option<Placed> {
    let start = text_start(raw, faults.source());
    match condition::parse(raw) {
        Ok(parsed) => Some(Placed {
            parsed,
            start,
            whole: raw.span.clone(),
        }),
        Err(fault) => {
            let at = start.map_or(raw.span.start, |s| s + fault.at);
            let hint = "for example: wish == \"yes\" and not blank(phone)";
            faults.add_hint(&(at..at), fault.message, hint);
            None
        }
    }
}

/// Where a string's text begins, when the file spells it without escapes.
fn text_start(raw: &At<String>, source: &str) -> Option<usize> {
    let written = source.get(raw.span.clone())?;
    [3, 1].into_iter().find_map(|quotes| {
        let inner = written.get(quotes..written.len().checked_sub(quotes)?)?;
        (inner == raw.value).then_some(raw.span.start + quotes)
    })
}

/// A value compared with a choice is one of its options; only lists `contain`.
fn check_value(value: &ComparedValue, condition: &Placed, sides: &[Side], faults: &mut Faults<'_>) {
    let span = condition.place(&value.span);
    let field = sides
        .iter()
        .find_map(|s| s.fields.iter().find(|f| f.id == value.field));
    let Some(field) = field else { return };
    let list = matches!(field.value, ValueKind::Multiple | ValueKind::Rank);
    if value.operator == "contains" && !list {
        let message = format!("`{}` holds one value", field.id);
        faults.add_hint(&span, message, "compare it with `==`");
        return;
    }
    if !matches!(value.operator, "==" | "!=" | "contains") {
        return;
    }
    let Some(options) = options(field) else {
        return;
    };
    let join = if matches!(field.value, ValueKind::Rank) {
        '>'
    } else {
        '|'
    };
    let wanted = value.value.split(join);
    for option in wanted.filter(|w| !options.contains(w)) {
        let message = format!("`{}` has no option `{option}`", field.id);
        let near = nearest(option, options.iter().copied()).map(|n| format!("did you mean `{n}`?"));
        let hint = near.unwrap_or_else(|| format!("one of {}", options.join(", ")));
        faults.add_hint(&span, message, hint);
    }
}

fn options(field: &Field) -> Option<Vec<&str>> {
    match &field.zone {
        Zone::Marks(z) => Some(z.options.iter().map(|o| o.value.as_str()).collect()),
        Zone::Rank(z) => Some(z.options.iter().map(|o| o.value.as_str()).collect()),
        _ => None,
    }
}

impl Condition {
    /// Every field that the condition looks at.
    pub fn fields(&self) -> Vec<&FieldId> {
        match self {
            Self::Equals(f, _)
            | Self::Differs(f, _)
            | Self::Less(f, _)
            | Self::LessOrEqual(f, _)
            | Self::Greater(f, _)
            | Self::GreaterOrEqual(f, _)
            | Self::Contains(f, _)
            | Self::Blank(f) => vec![f],
            Self::SameAs(a, b) => vec![a, b],
            Self::Not(inner) => inner.fields(),
            Self::And(parts) | Self::Or(parts) => parts.iter().flat_map(Self::fields).collect(),
        }
    }
}
