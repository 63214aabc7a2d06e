//! Networks that know the same characters, as one reader.
//!
//! The small network of an alphabet and the large one for all of JIS level 1 were trained on other
//! pictures and see the character at other sizes, so that they err on other boxes. Their opinions are
//! multiplied, each with an exponent (a logarithmic opinion pool: Genest and Zidek, Combining
//! probability distributions, Statistical Science 1986), fitted on material that neither network saw
//! (`training/panel.py`; figures in `models/README.md`).

use std::sync::Arc;

use super::characters::{Class, Network, Opinion, normalized};
use super::{CharacterReader, EngineError, Glyph, GlyphReading};
use crate::charset::Charset;

/// How many alternatives a reading keeps.
const ALTERNATIVES: usize = 5;

/// Glyphs that go through a network at once: bounds the memory of a long comb.
const BATCH: usize = 64;

/// One network, or two.
pub(super) struct Panel {
    name: String,
    sides: Vec<usize>,
    members: Vec<Member>,
}

struct Member {
    network: Arc<Network>,
    /// Exponent of its probabilities.
    weight: f64,
}

impl Panel {
    pub(super) fn alone(network: Arc<Network>) -> Self {
        Self::of(vec![Member {
            network,
            weight: 1.0,
        }])
    }

    /// The two as the card of `first` says; `first` alone where it says nothing.
    ///
    /// # Errors
    /// When the card was fitted with another second network.
    pub(super) fn with(first: Network, second: &Arc<Network>) -> Result<Self, EngineError> {
        let Some(fitted) = first.fitted().cloned() else {
            return Ok(Self::alone(Arc::new(first)));
        };
        let [own, other] = fitted.weights;
        let sane = |w: f64| w.is_finite() && w >= 0.0;
        let same = second.name().split('@').next() == Some(fitted.second.as_str());
        if !same || !sane(own) || !sane(other) {
            return Err(EngineError::Model {
                name: first.name().to_owned(),
                why: format!("it was fitted together with `{}`", fitted.second),
            });
        }
        Ok(Self::of(vec![
            Member {
                network: Arc::new(first),
                weight: own,
            },
            Member {
                network: Arc::clone(second),
                weight: other,
            },
        ]))
    }

    fn of(members: Vec<Member>) -> Self {
        let names: Vec<&str> = members.iter().map(|m| m.network.name()).collect();
        Self {
            name: names.join("+"),
            sides: members.iter().map(|m| m.network.side()).collect(),
            members,
        }
    }

    fn pooled(&self, glyphs: &[Glyph], charset: &Charset) -> Result<Vec<Opinion>, EngineError> {
        let mut out: Vec<Opinion> = Vec::new();
        for (place, member) in self.members.iter().enumerate() {
            let pictures: Vec<&[f32]> = glyphs
                .iter()
                .map(|g| g.0.get(place).map_or(&[][..], Vec::as_slice))
                .collect();
            let said = member.network.opinions(&pictures, charset)?;
            if out.is_empty() {
                out = said;
                for (_, ln) in out.iter_mut().flatten() {
                    *ln *= member.weight;
                }
            } else {
                for (sum, said) in out.iter_mut().zip(&said) {
                    add(sum, said, member.weight);
                }
            }
        }
        Ok(out.into_iter().map(normalized).collect())
    }
}

/// What the other opinion does not name stays as likely as it holds its least likely class.
fn add(sum: &mut Opinion, said: &Opinion, weight: f64) {
    let least = said.iter().map(|(_, ln)| *ln).fold(0.0, f64::min);
    for (class, ln) in sum {
        let of = said.iter().find(|(c, _)| c == class);
        *ln += weight * of.map_or(least, |(_, ln)| *ln);
    }
}

fn reading_of(opinion: Opinion) -> GlyphReading {
    let mut out = GlyphReading {
        alternatives: Vec::new(),
        blank: 0.0,
        reject: 0.0,
    };
    for (class, ln) in opinion {
        match class {
            Class::Blank => out.blank = ln.exp(),
            Class::Reject => out.reject = ln.exp(),
            Class::Char(c) => out.alternatives.push((c, ln.exp())),
        }
    }
    // Stable: equal probabilities stay in the order of the classes.
    out.alternatives.sort_by(|a, b| b.1.total_cmp(&a.1));
    out.alternatives.truncate(ALTERNATIVES);
    out
}

impl CharacterReader for Panel {
    fn name(&self) -> &str {
        &self.name
    }

    fn sides(&self) -> &[usize] {
        &self.sides
    }

    fn knows(&self, charset: &Charset) -> bool {
        self.members.iter().all(|m| m.network.knows(charset))
    }

    fn read(&self, glyphs: &[Glyph], charset: &Charset) -> Result<Vec<GlyphReading>, EngineError> {
        let mut out = Vec::with_capacity(glyphs.len());
        for batch in glyphs.chunks(BATCH) {
            out.extend(self.pooled(batch, charset)?.into_iter().map(reading_of));
        }
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The corner of a コ.
    fn corner(side: usize) -> Vec<f32> {
        let (from, to, thick) = (side / 6, side - side / 6, side / 12);
        let mut pixels = vec![0.0; side * side];
        for y in from..to {
            for x in from..to {
                let inked = y < from + thick || x >= to - thick || y >= to - thick;
                pixels[y * side + x] = f32::from(u8::from(inked));
            }
        }
        pixels
    }

    fn pair() -> Panel {
        let second = Arc::new(Network::jis1().expect("jis1"));
        Panel::with(Network::kana().expect("kana"), &second).expect("a panel")
    }

    fn glyph(panel: &Panel) -> Glyph {
        Glyph(panel.sides().iter().map(|side| corner(*side)).collect())
    }

    #[test]
    fn probabilities_add_up_and_stay_in_the_charset() {
        let panel = pair();
        assert_eq!(panel.sides(), [32, 48]);
        let glyphs = vec![glyph(&panel); 70];
        let some = Charset::Only(['ア', 'イ'].into());
        let read = panel.read(&glyphs, &some).expect("runs");
        assert_eq!(read.len(), 70);
        let total: f64 = read[0].alternatives.iter().map(|a| a.1).sum();
        assert!((total + read[0].blank + read[0].reject - 1.0).abs() < 1e-9);
        assert!(read[0].alternatives.iter().all(|a| "アイ".contains(a.0)));
        assert!(
            read.iter().all(|r| r == &read[0]),
            "a batch changes nothing"
        );
        let all = panel.read(&glyphs[..1], &Charset::Katakana).expect("runs");
        assert_eq!(all[0].alternatives[0].0, 'コ');
        assert_eq!(all[0].alternatives.len(), 5);
    }

    #[test]
    fn two_opinions_are_multiplied_with_their_exponents() {
        let panel = pair();
        let glyph = glyph(&panel);
        let said: Vec<Opinion> = panel
            .members
            .iter()
            .zip(&glyph.0)
            .map(|(m, x)| {
                let said = m.network.opinions(&[x], &Charset::Katakana);
                said.expect("runs").remove(0)
            })
            .collect();
        let of = |k: usize, class: Class| said[k].iter().find(|s| s.0 == class).expect("known").1;
        let weighed = |class: Class| {
            let both = panel.members.iter().enumerate();
            both.map(|(k, m)| m.weight * of(k, class))
                .sum::<f64>()
                .exp()
        };
        let total: f64 = said[0].iter().map(|(class, _)| weighed(*class)).sum();
        let read = panel.read(std::slice::from_ref(&glyph), &Charset::Katakana);
        let read = read.expect("runs").remove(0);
        assert!((read.reject - weighed(Class::Reject) / total).abs() < 1e-9);
        for (c, p) in &read.alternatives {
            assert!((p - weighed(Class::Char(*c)) / total).abs() < 1e-9, "{c}");
        }
    }

    #[test]
    fn a_card_fitted_with_another_network_is_refused() {
        let digits = Arc::new(Network::digits().expect("digits"));
        let fault = Panel::with(Network::kana().expect("kana"), &digits).err();
        assert!(matches!(fault, Some(EngineError::Model { .. })));
    }

    #[test]
    fn a_card_without_a_panel_leaves_its_network_alone() {
        let second = Arc::new(Network::jis1().expect("jis1"));
        let panel = Panel::with(Network::digits().expect("digits"), &second).expect("one");
        assert_eq!(panel.sides(), [32]);
        assert!(panel.name().starts_with("digits-") && !panel.name().contains('+'));
    }

    #[test]
    fn a_glyph_without_the_second_picture_is_an_error() {
        let panel = pair();
        let half = Glyph(vec![corner(32)]);
        let fault = panel
            .read(&[half], &Charset::Katakana)
            .expect_err("refused");
        assert!(matches!(fault, EngineError::Run { .. }), "{fault}");
    }
}
