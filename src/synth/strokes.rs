//! The shapes of handwritten characters as pen strokes.
//!
//! Kanji and hiragana: `tomoe_data` by Hiroyuki Komatsu (Apache-2.0 OR CC BY 4.0, see
//! `assets/strokes/`). Digits (several ways to write each, as in Japanese schools and offices) and
//! katakana: drawn here.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::sync::OnceLock;

use flate2::read::GzDecoder;

/// Strokes in pen order; points in a unit square, y downwards.
pub type Shape = Vec<Vec<(f64, f64)>>;

const TOMOE: &[u8] = include_bytes!("../../assets/strokes/tomoe.tdic.gz");

/// Every way that is known to write `c`; empty when nobody drew it.
pub fn shapes(c: char) -> &'static [Shape] {
    static ALL: OnceLock<BTreeMap<char, Vec<Shape>>> = OnceLock::new();
    ALL.get_or_init(load).get(&c).map_or(&[], Vec::as_slice)
}

fn load() -> BTreeMap<char, Vec<Shape>> {
    let mut all: BTreeMap<char, Vec<Shape>> = BTreeMap::new();
    let mut text = String::new();
    if GzDecoder::new(TOMOE).read_to_string(&mut text).is_ok() {
        for block in text.split("\n\n") {
            if let Some((c, shape)) = parse_tomoe(block) {
                all.entry(c).or_default().push(shape);
            }
        }
    }
    for line in DRAWN.lines().filter(|l| !l.trim().is_empty()) {
        let mut parts = line.split_whitespace();
        if let Some(c) = parts.next().and_then(|p| p.chars().next()) {
            let shape = parts.map(parse_drawn).collect();
            let known = all.entry(c).or_default();
            // Our own digits replace the one hand's, so that each is written in several ways.
            if c.is_ascii_digit() && known.first().is_some_and(|s| s.concat().len() > 40) {
                known.clear();
            }
            known.push(shape);
        }
    }
    voiced(&mut all);
    all
}

/// `い`, `:2`, then `n (x y) (x y) ...` a stroke, 0 to 320.
fn parse_tomoe(block: &str) -> Option<(char, Shape)> {
    let mut lines = block.trim().lines();
    let head = lines.next()?;
    let mut chars = head.chars();
    let c = chars.next()?;
    if chars.next().is_some() {
        return None;
    }
    let shape: Shape = lines
        .skip(1)
        .map(parse_points)
        .filter(|s| !s.is_empty())
        .collect();
    (!shape.is_empty()).then_some((c, shape))
}

fn parse_points(line: &str) -> Vec<(f64, f64)> {
    line.split('(')
        .skip(1)
        .filter_map(|pair| {
            let (x, y) = pair.split(')').next()?.split_once(' ')?;
            Some((
                x.parse::<f64>().ok()? / 320.0,
                y.parse::<f64>().ok()? / 320.0,
            ))
        })
        .collect()
}

/// `12,34-56,78`: points in per cent.
fn parse_drawn(stroke: &str) -> Vec<(f64, f64)> {
    stroke
        .split('-')
        .filter_map(|p| {
            let (x, y) = p.split_once(',')?;
            Some((
                x.parse::<f64>().ok()? / 100.0,
                y.parse::<f64>().ok()? / 100.0,
            ))
        })
        .collect()
}

/// Voiced kana are their base with two ticks or a small circle at the upper right.
fn voiced(all: &mut BTreeMap<char, Vec<Shape>>) {
    const DAKUTEN: &str = "かがきぎくぐけげこごさざしじすずせぜそぞただちぢつづてでとどはばひびふぶへべほぼ\
        カガキギクグケゲコゴサザシジスズセゼソゾタダチヂツヅテデトドハバヒビフブヘベホボウヴ";
    const HANDAKUTEN: &str = "はぱひぴふぷへぺほぽハパヒピフプヘペホポ";
    let dots = vec![
        vec![(0.80, 0.04), (0.86, 0.16)],
        vec![(0.91, 0.00), (0.97, 0.12)],
    ];
    let ring = vec![vec![
        (0.88, 0.02),
        (0.82, 0.08),
        (0.88, 0.15),
        (0.95, 0.09),
        (0.88, 0.02),
    ]];
    for (pairs, mark) in [(DAKUTEN, dots), (HANDAKUTEN, ring)] {
        let chars: Vec<char> = pairs.chars().filter(|c| !c.is_whitespace()).collect();
        for pair in chars.chunks_exact(2) {
            let Some(base) = all.get(&pair[0]).cloned() else {
                continue;
            };
            let made = base.into_iter().map(|shape| {
                let squeezed = shape.into_iter().map(|s| {
                    s.into_iter()
                        .map(|(x, y)| (x * 0.86, 0.08 + y * 0.92))
                        .collect()
                });
                squeezed.chain(mark.clone()).collect()
            });
            all.insert(pair[1], made.collect());
        }
    }
}

/// One way to write a character a line: strokes of points in per cent.
const DRAWN: &str = "
0 52,6-28,20-22,52-34,86-54,92-74,76-78,42-68,14-52,6
0 60,8-36,10-24,40-30,80-52,94-74,74-74,34-58,10-44,12
0 50,5-25,30-25,70-50,95-75,70-75,30-50,5-58,10
1 50,6-50,94
1 54,5-48,95
1 36,24-54,6-52,94
2 26,28-40,8-66,12-70,32-50,60-24,90-78,90
2 28,24-52,6-72,24-58,56-24,86-38,78-56,92-80,84
3 28,14-56,6-70,24-46,46-70,56-72,80-48,95-24,84
3 28,10-72,10-46,42-70,56-70,82-44,95-24,82
4 48,6-22,62-80,62 60,36-58,96
4 30,8-26,50-76,52 66,8-62,96
4 62,96-62,6-20,66-82,66
5 34,8-30,46-56,40-74,60-66,86-42,95-24,84 34,10-72,8
5 36,8-30,44-60,42-72,66-56,92-26,86 36,8-74,10
6 62,6-36,36-26,72-46,94-70,80-66,58-44,54-28,70
6 54,6-32,44-30,82-52,95-72,76-58,56-34,66
7 24,10-26,30 24,12-74,12-52,50-46,95
7 22,12-76,10-56,48-44,95
7 22,10-22,28 22,12-78,10-60,40-56,95
8 70,18-48,6-30,22-50,46-72,68-52,94-28,74-48,48-70,22
8 50,6-32,24-50,46-70,26-50,6 50,46-26,72-50,95-74,72-50,46
9 70,20-46,8-28,28-42,50-66,40-70,20-66,60-58,95
9 68,16-42,10-30,34-50,50-68,34-70,12-70,95
- 24,50-76,48
ー 8,50-92,46
ア 12,18-88,16-62,46 50,34-46,66-24,94
イ 82,10-56,38-12,62 56,38-56,96
ウ 50,4-50,20 16,22-18,44 16,24-84,22-74,62-36,96
エ 20,18-80,16 50,18-50,84 10,86-90,84
オ 10,32-90,28 60,6-60,92-46,86 58,34-12,84
カ 12,30-82,28-74,88-60,84 46,6-40,50-12,92
キ 16,34-80,24 10,62-88,52 42,6-60,96
ク 42,8-12,46 38,24-80,22-62,66-20,96
ケ 34,8-12,50 30,32-90,30 62,32-56,72-32,96
コ 18,20-80,18-78,84 14,86-84,84
サ 8,36-92,32 32,12-34,62 68,8-66,62-40,96
シ 22,16-38,26 12,42-30,52 16,92-52,78-88,34
ス 18,18-76,16-54,58-10,92 56,58-88,90
セ 8,46-88,28-70,54 36,10-36,80-46,90-86,88
ソ 18,16-30,42 82,12-64,60-26,94
タ 42,8-12,48 38,24-80,22-62,66-20,96 30,42-64,64
チ 74,8-22,22 8,48-92,44 54,18-50,66-24,96
ツ 14,24-24,48 44,18-52,42 86,18-70,62-30,96
テ 22,14-78,12 8,42-92,38 52,40-48,70-24,96
ト 36,6-38,96 38,42-80,62
ナ 8,36-92,32 54,6-50,58-22,96
ニ 22,26-78,24 8,82-92,80
ヌ 18,18-80,16-58,66-12,94 30,40-78,80
ネ 46,4-56,18 16,30-78,26-50,58-8,76 50,56-50,96 60,58-86,74
ノ 78,8-60,56-14,94
ハ 34,26-26,56-8,86 60,20-78,50-92,84
ヒ 80,20-24,44 22,10-22,78-34,90-86,86
フ 14,18-82,16-68,62-26,96
ヘ 6,62-34,28-94,84
ホ 10,34-90,30 50,6-50,94-38,88 28,50-10,78 70,48-90,74
マ 10,22-86,18-50,64 34,48-62,82
ミ 26,10-72,24 24,40-70,54 16,70-82,92
ム 46,8-14,86-84,80 64,54-90,94
メ 78,8-56,58-10,94 24,34-78,78
モ 20,16-80,14 10,46-90,42 42,16-42,78-54,90-88,86
ヤ 8,38-88,24-66,54 32,10-52,96
ユ 22,24-72,22-66,82 8,84-92,82
ヨ 20,16-80,14-78,86 24,48-78,46 18,86-80,84
ラ 24,14-76,12 12,38-84,36-68,72-28,96
リ 26,12-26,58 74,8-72,60-38,96
ル 34,18-30,60-8,92 60,10-60,88-92,54
レ 26,10-26,90-90,48
ロ 18,20-20,84 18,22-82,20-80,84 20,82-80,80
ワ 16,18-18,44 16,20-84,18-70,66-32,96
ヲ 16,16-82,14-68,62-26,96 20,40-76,38
ン 16,20-36,36 14,90-54,72-88,30
";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cards_hold_can_be_written() {
        let text = "0123456789アイウエオガパヴーンあいうがぱん山田太郎花子佐藤鈴木京都府舞鶴市";
        for c in text.chars() {
            assert!(!shapes(c).is_empty(), "{c}");
            for (x, y) in shapes(c).iter().flatten().flatten() {
                assert!(
                    (-0.05..=1.05).contains(x) && (-0.05..=1.05).contains(y),
                    "{c}"
                );
            }
        }
    }

    #[test]
    fn every_digit_is_written_in_several_ways() {
        assert!(('0'..='9').all(|c| shapes(c).len() >= 2));
    }
}
