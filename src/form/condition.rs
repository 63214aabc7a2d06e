//! The grammar of rules: `wish == "yes" and not blank(phone)` -> [`Condition`].
//!
//! ```text
//! or       = and { "or" and }
//! and      = not { "and" not }
//! not      = "not" not | "(" or ")" | "blank" "(" field ")" | compare
//! compare  = field ( "==" | "!=" ) ( value | field )
//!          | field ( "<" | "<=" | ">" | ">=" | "contains" ) value
//! value    = '"' text '"' | "'" text "'" | number
//! field    = letters, digits, "_" and "-"; any other id stands in backticks
//! ```

use std::ops::Range;

use super::types::{Condition, FieldId};

/// Nested deeper than this is refused, so that no text overflows the stack.
const MAX_DEPTH: usize = 32;

/// Why a condition cannot be parsed, and where in its text (bytes).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConditionFault {
    pub at: usize,
    pub message: String,
}

/// A condition with the place of every field and value it names.
#[derive(Clone, Debug, PartialEq)]
pub struct Parsed {
    pub condition: Condition,
    /// Every field named, in order, with its bytes.
    pub fields: Vec<(FieldId, Range<usize>)>,
    /// Every comparison with a value, for checking against the field's options.
    pub values: Vec<ComparedValue>,
}

/// `field operator value` with the bytes of the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComparedValue {
    pub field: FieldId,
    pub operator: &'static str,
    pub value: String,
    pub span: Range<usize>,
}

/// Parses a condition.
pub fn parse(text: &str) -> Result<Parsed, ConditionFault> {
    let tokens = tokens(text)?;
    let mut parser = Parser {
        tokens,
        next: 0,
        end: text.len(),
        fields: Vec::new(),
        values: Vec::new(),
    };
    let condition = parser.or(0)?;
    if let Some((token, span)) = parser.peek() {
        let message = format!("{} is not expected here", token.describe());
        return Err(ConditionFault {
            at: span.start,
            message,
        });
    }
    Ok(Parsed {
        condition,
        fields: parser.fields,
        values: parser.values,
    })
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    /// A bare word, a keyword or a number.
    Word(String),
    /// An id in backticks.
    Id(String),
    /// A quoted value.
    Text(String),
    Sign(&'static str),
}

impl Token {
    fn describe(&self) -> String {
        match self {
            Self::Word(w) | Self::Id(w) => format!("`{w}`"),
            Self::Text(_) => "a quoted value".into(),
            Self::Sign(s) => format!("`{s}`"),
        }
    }
}

const SIGNS: [&str; 8] = ["==", "!=", "<=", ">=", "<", ">", "(", ")"];

fn tokens(text: &str) -> Result<Vec<(Token, Range<usize>)>, ConditionFault> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        if c.is_whitespace() {
            at += c.len_utf8();
            continue;
        }
        let (token, length) =
            token(&text[at..], c).map_err(|message| ConditionFault { at, message })?;
        found.push((token, at..at + length));
        at += length;
    }
    Ok(found)
}

/// The token at the head of `rest`, whose first character is `c`, and its length in bytes.
fn token(rest: &str, c: char) -> Result<(Token, usize), String> {
    if let Some(sign) = SIGNS.iter().find(|s| rest.starts_with(**s)) {
        return Ok((Token::Sign(sign), sign.len()));
    }
    if matches!(c, '"' | '\'' | '`') {
        let inner = &rest[1..];
        let end = inner
            .find(c)
            .ok_or_else(|| format!("the closing {c} is missing"))?;
        let text = inner[..end].to_owned();
        let token = if c == '`' {
            Token::Id(text)
        } else {
            Token::Text(text)
        };
        return Ok((token, end + 2));
    }
    let word: String = rest.chars().take_while(|c| is_word(*c)).collect();
    match c {
        _ if !word.is_empty() => Ok((Token::Word(word.clone()), word.len())),
        '=' => Err("`=` is not a comparison; write `==`".into()),
        '&' => Err("write `and`".into()),
        '|' => Err("write `or`".into()),
        '!' => Err("write `not`".into()),
        _ => Err(format!("`{c}` is not expected here")),
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == '-' || c == '.'
}

const KEYWORDS: [&str; 5] = ["and", "or", "not", "blank", "contains"];

struct Parser {
    tokens: Vec<(Token, Range<usize>)>,
    next: usize,
    end: usize,
    fields: Vec<(FieldId, Range<usize>)>,
    values: Vec<ComparedValue>,
}

impl Parser {
    fn peek(&self) -> Option<(&Token, &Range<usize>)> {
        self.tokens.get(self.next).map(|(t, s)| (t, s))
    }

    fn take(&mut self) -> Option<(Token, Range<usize>)> {
        let found = self.tokens.get(self.next).cloned();
        self.next += 1;
        found
    }

    fn fault<T>(&self, wanted: &str) -> Result<T, ConditionFault> {
        let (at, found) = match self.peek() {
            Some((token, span)) => (span.start, token.describe()),
            None => (self.end, "the end".to_owned()),
        };
        Err(ConditionFault {
            at,
            message: format!("expected {wanted}, found {found}"),
        })
    }

    /// Takes the next token if it is this keyword or sign.
    fn eat(&mut self, wanted: &str) -> bool {
        let hit = match self.peek() {
            Some((Token::Word(w), _)) => w == wanted,
            Some((Token::Sign(s), _)) => *s == wanted,
            _ => false,
        };
        self.next += usize::from(hit);
        hit
    }

    fn expect(&mut self, sign: &str) -> Result<(), ConditionFault> {
        if self.eat(sign) {
            Ok(())
        } else {
            self.fault(&format!("`{sign}`"))
        }
    }

    fn or(&mut self, depth: usize) -> Result<Condition, ConditionFault> {
        let mut parts = vec![self.and(depth)?];
        while self.eat("or") {
            parts.push(self.and(depth)?);
        }
        Ok(if parts.len() == 1 {
            parts.swap_remove(0)
        } else {
            Condition::Or(parts)
        })
    }

    fn and(&mut self, depth: usize) -> Result<Condition, ConditionFault> {
        let mut parts = vec![self.not(depth)?];
        while self.eat("and") {
            parts.push(self.not(depth)?);
        }
        Ok(if parts.len() == 1 {
            parts.swap_remove(0)
        } else {
            Condition::And(parts)
        })
    }

    fn not(&mut self, depth: usize) -> Result<Condition, ConditionFault> {
        if depth > MAX_DEPTH {
            return self.fault("a condition nested less deeply");
        }
        if self.eat("not") {
            return Ok(Condition::Not(Box::new(self.not(depth + 1)?)));
        }
        if self.eat("(") {
            let inner = self.or(depth + 1)?;
            self.expect(")")?;
            return Ok(inner);
        }
        if self.eat("blank") {
            self.expect("(")?;
            let (field, _) = self.field()?;
            self.expect(")")?;
            return Ok(Condition::Blank(field));
        }
        self.compare()
    }

    fn field(&mut self) -> Result<(FieldId, Range<usize>), ConditionFault> {
        match self.peek() {
            Some((Token::Id(_), _)) => {}
            Some((Token::Word(w), _)) if !KEYWORDS.contains(&w.as_str()) => {}
            _ => return self.fault("a field"),
        }
        match self.take() {
            Some((Token::Word(id) | Token::Id(id), span)) => {
                self.fields.push((FieldId(id.clone()), span.clone()));
                Ok((FieldId(id), span))
            }
            _ => self.fault("a field"),
        }
    }

    fn compare(&mut self) -> Result<Condition, ConditionFault> {
        let (field, _) = self.field()?;
        let operators = ["==", "!=", "<=", ">=", "<", ">", "contains"];
        let Some(operator) = operators.into_iter().find(|o| self.eat(o)) else {
            return self.fault("a comparison (`==`, `!=`, `<`, `<=`, `>`, `>=`, `contains`)");
        };
        let value = match self.peek() {
            Some((Token::Text(text), _)) => Some(text.clone()),
            Some((Token::Word(word), _)) if is_number(word) => Some(word.clone()),
            _ => None,
        };
        let Some(value) = value else {
            return self.compare_fields(field, operator);
        };
        if let Some((_, span)) = self.take() {
            let value = value.clone();
            self.values.push(ComparedValue {
                field: field.clone(),
                operator,
                value,
                span,
            });
        }
        Ok(match operator {
            "==" => Condition::Equals(field, value),
            "!=" => Condition::Differs(field, value),
            "<" => Condition::Less(field, value),
            "<=" => Condition::LessOrEqual(field, value),
            ">" => Condition::Greater(field, value),
            ">=" => Condition::GreaterOrEqual(field, value),
            _ => Condition::Contains(field, value),
        })
    }

    fn compare_fields(
        &mut self,
        field: FieldId,
        operator: &str,
    ) -> Result<Condition, ConditionFault> {
        if !matches!(operator, "==" | "!=") {
            return self.fault("a quoted value or a number");
        }
        let (other, _) = self.field()?;
        let same = Condition::SameAs(field, other);
        Ok(if operator == "==" {
            same
        } else {
            Condition::Not(Box::new(same))
        })
    }
}

fn is_number(word: &str) -> bool {
    let digits = word.strip_prefix('-').unwrap_or(word);
    digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.chars().all(|c| c.is_ascii_digit() || c == '.')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn id(name: &str) -> FieldId {
        FieldId(name.into())
    }

    #[track_caller]
    fn check(text: &str, expected: Condition) {
        assert_eq!(parse(text).map(|p| p.condition), Ok(expected), "{text}");
    }

    #[test]
    fn conditions_parse() {
        let yes = || Condition::Equals(id("wish"), "yes".into());
        check(r#"wish == "yes""#, yes());
        check("wish=='yes'", yes());
        check(
            "age >= 65",
            Condition::GreaterOrEqual(id("age"), "65".into()),
        );
        check("balance < -5", Condition::Less(id("balance"), "-5".into()));
        check(
            "places contains 'hall'",
            Condition::Contains(id("places"), "hall".into()),
        );
        check(
            "zip == zip-again",
            Condition::SameAs(id("zip"), id("zip-again")),
        );
        let differs = Condition::Not(Box::new(Condition::SameAs(id("a"), id("b"))));
        check("a != b", differs);
        check("`Q 1.a` == 'x'", Condition::Equals(id("Q 1.a"), "x".into()));
        let blank = Condition::Blank(id("phone"));
        let not_blank = Condition::Not(Box::new(blank.clone()));
        check(
            "wish == 'yes' and not blank(phone)",
            Condition::And(vec![yes(), not_blank]),
        );
        let either = Condition::Or(vec![blank, yes()]);
        check("(blank( phone ) or wish == 'yes')", either);
    }

    #[test]
    fn and_binds_closer_than_or() {
        let b = |n: &str| Condition::Blank(id(n));
        let expected = Condition::Or(vec![b("a"), Condition::And(vec![b("b"), b("c")])]);
        check("blank(a) or blank(b) and blank(c)", expected);
    }

    #[test]
    fn faults_say_where() {
        struct Case(&'static str, usize, &'static str);
        let cases = [
            Case("", 0, "expected a field, found the end"),
            Case("wish = 'yes'", 5, "`=` is not a comparison; write `==`"),
            Case("wish == 'yes", 8, "the closing ' is missing"),
            Case("wish == 'yes' phone", 14, "`phone` is not expected here"),
            Case(
                "wish < phone",
                7,
                "expected a quoted value or a number, found `phone`",
            ),
            Case("blank phone", 6, "expected `(`, found `phone`"),
            Case("a == 'x' && b == 'y'", 9, "write `and`"),
            Case("contains == 'x'", 0, "expected a field, found `contains`"),
        ];
        for Case(text, at, message) in cases {
            let fault = ConditionFault {
                at,
                message: message.into(),
            };
            assert_eq!(parse(text), Err(fault), "{text}");
        }
        let deep = format!("{}blank(a)", "not ".repeat(10_000));
        assert!(parse(&deep).is_err());
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "\\PC*", words in "([a-c(). '\"`=<>!]|and|or|not|blank){0,40}") {
            let _ = parse(&text);
            let _ = parse(&words);
        }
    }
}
