use super::*;

/// Classes: blank, `1`, `7`, `１` (full width), `戶`, space.
const ALPHABET: [char; 5] = ['1', '7', '１', '戶', ' '];

/// No list, no shape; which characters there are the mask says.
const ANY: Expected<'_> = Expected {
    charset: &Charset::Digits,
    lists: &[],
    shape: None,
};

fn decode_digits(rows: &[[f32; 6]]) -> Decoded {
    let mask = Mask::new(&ALPHABET, &Charset::Digits);
    let flat: Vec<f32> = rows.iter().flatten().copied().collect();
    let n = rows.len() as f64;
    decode(&flat, 6, (&mask, &ANY), |i| i / n)
}

#[test]
fn repeats_need_a_blank_between() {
    let one = [0.1, 0.9, 0.0, 0.0, 0.0, 0.0];
    let none = [0.9, 0.1, 0.0, 0.0, 0.0, 0.0];
    assert_eq!(decode_digits(&[one, one, one]).text, "1");
    assert_eq!(decode_digits(&[one, none, one]).text, "11");
    assert_eq!(decode_digits(&[none, none]).text, "");
    assert_eq!(decode_digits(&[]).text, "");
}

#[test]
fn only_the_fields_characters_are_decoded_and_widths_are_added() {
    let row = [0.1, 0.3, 0.35, 0.25, 0.0, 0.0];
    let read = decode_digits(&[row]);
    assert_eq!(read.text, "1");
    assert!((read.score - 0.55).abs() < 1e-6);
    assert_eq!(read.alternatives[0].0, "7");
    let foreign = decode_digits(&[[0.05, 0.03, 0.02, 0.0, 0.9, 0.0]]);
    assert!(!foreign.alphabet_doubt, "no kanji are asked for");
    assert!(foreign.score < 0.1);
    let space = decode_digits(&[[0.05, 0.0, 0.0, 0.0, 0.0, 0.95]]);
    assert!(!space.alphabet_doubt);
}

#[test]
fn a_foreign_character_counts_only_between_the_answers_characters() {
    let one = [0.1, 0.9, 0.0, 0.0, 0.0, 0.0];
    let seven = [0.1, 0.0, 0.9, 0.0, 0.0, 0.0];
    let other = [0.0, 0.0, 0.0, 0.0, 1.0, 0.0];
    let label = decode_digits(&[other, one, seven, other]);
    assert_eq!(label.text, "17");
    assert!(label.score > 0.8);
    let inside = decode_digits(&[one, other, seven]);
    assert_eq!(inside.text, "17");
    assert!(inside.score < 0.1);
}

#[test]
fn in_a_field_of_kanji_a_foreign_character_is_a_doubt() {
    let charset = Charset::Only("戸1".chars().collect());
    let mask = Mask::new(&['1', '7', '１', '戶', '戸'], &charset);
    let read = decode(&[0.05, 0.0, 0.0, 0.0, 0.93, 0.02], 6, (&mask, &ANY), |_| {
        0.5
    });
    assert!(read.alphabet_doubt);
}

#[test]
fn a_box_says_one_character_alone() {
    let mask = Mask::new(&ALPHABET, &Charset::Digits);
    let one = [0.1, 0.9, 0.0, 0.0, 0.0, 0.0];
    let none = [1.0, 0.0, 0.0, 0.0, 0.0, 0.0];
    let seven = [0.2, 0.0, 0.8, 0.0, 0.0, 0.0];
    let foreign = [0.0, 0.02, 0.0, 0.0, 0.98, 0.0];
    let read = |rows: &[[f32; 6]]| {
        let flat: Vec<f32> = rows.iter().flatten().copied().collect();
        single(&flat, 6, &mask)
    };
    let p = |rows: &[[f32; 6]], c: char| {
        let found = read(rows).into_iter().find(|(d, _)| *d == c);
        found.map_or(0.0, |(_, p)| p)
    };
    assert!((p(&[none, one, none], '1') - 0.9).abs() < 1e-6);
    // By either step or by both.
    assert!((p(&[one, one], '1') - 0.99).abs() < 1e-6);
    // With a blank between it would be two characters.
    assert!((p(&[one, none, one], '1') - 0.18).abs() < 1e-6);
    assert!((p(&[one, seven], '1') - 0.18).abs() < 1e-6);
    assert!((p(&[one, seven], '7') - 0.08).abs() < 1e-6);
    // Only the character that the mask knows is left.
    assert!(p(&[none, foreign], '1') > 0.99);
    assert!(read(&[none, none]).is_empty());
}

#[test]
fn a_narrowed_mask_says_the_same_of_the_rows_that_it_looks_at() {
    let rows = [
        [0.1, 0.5, 0.1, 0.1, 0.1, 0.1],
        [0.3, 0.1, 0.2, 0.3, 0.0, 0.1],
        [0.05, 0.02, 0.0, 0.0, 0.9, 0.03],
    ];
    for charset in [Charset::Digits, Charset::Only(['7'].into())] {
        let mask = Mask::new(&ALPHABET, &charset);
        let (looked_at, narrow) = mask.narrowed();
        assert!(!looked_at.contains(&4), "the foreign one is not looked at");
        let narrowed = rows
            .iter()
            .flat_map(|row| looked_at.iter().map(|k| row[*k]));
        let narrowed: Vec<f32> = narrowed.collect();
        let whole: Vec<f32> = rows.iter().flatten().copied().collect();
        let read = single(&narrowed, looked_at.len(), &narrow);
        assert_eq!(read, single(&whole, 6, &mask));
        assert!(!read.is_empty());
    }
}

#[test]
fn the_search_adds_up_paths_that_the_best_path_misses() {
    // Best classes: blank, blank; but "1" by three paths is more probable than "".
    let read = decode_digits(&[
        [0.6, 0.4, 0.0, 0.0, 0.0, 0.0],
        [0.6, 0.4, 0.0, 0.0, 0.0, 0.0],
    ]);
    assert_eq!(read.text, "1");
}

#[test]
fn characters_tell_where_they_stand() {
    let one = [0.1, 0.9, 0.0, 0.0, 0.0, 0.0];
    let none = [0.9, 0.1, 0.0, 0.0, 0.0, 0.0];
    let seven = [0.1, 0.0, 0.9, 0.0, 0.0, 0.0];
    let read = decode_digits(&[none, one, one, none, none, seven]);
    assert_eq!(read.text, "17");
    let places: Vec<f64> = read.characters.iter().map(|c| c.at).collect();
    assert_eq!(places, [2.0 / 6.0, 5.5 / 6.0]);
    let best: Vec<char> = read.characters.iter().map(|c| c.read[0].0).collect();
    assert_eq!(best, ['1', '7']);
    // Where the search says another text than the best path, no place is told.
    let unsure = [0.6, 0.4, 0.0, 0.0, 0.0, 0.0];
    assert!(decode_digits(&[unsure, unsure]).characters.is_empty());
}

#[test]
fn a_dash_that_no_step_prefers_has_its_place() {
    // Classes: none, `ア`, `イ`, `ー`.
    let mask = Mask::new(&['ア', 'イ', 'ー'], &Charset::Katakana);
    let (a, i) = ([0.02, 0.98, 0.0, 0.0], [0.02, 0.0, 0.98, 0.0]);
    let (gap, hint) = ([0.98, 0.0, 0.0, 0.02], [0.55, 0.0, 0.0, 0.45]);
    let rows = [a, gap, hint, hint, gap, i].concat();
    let read = decode(&rows, 4, (&mask, &ANY), |at| at);
    assert_eq!(read.text, "アーイ");
    assert!(read.score < 0.75, "{}", read.score);
    let places: Vec<f64> = read.characters.iter().map(|c| c.at).collect();
    assert_eq!(places.len(), 3);
    assert!(places[1] > 2.0 && places[1] < 4.0, "{places:?}");
    // Any other character that no step prefers has none.
    let mask = Mask::new(&['ア', 'イ', 'ウ'], &Charset::Katakana);
    let read = decode(&rows, 4, (&mask, &ANY), |at| at);
    assert_eq!((read.text.as_str(), read.characters.len()), ("アウイ", 0));
}

#[test]
fn a_space_is_no_character_and_is_set_back_where_it_is_sure() {
    let one = [0.1, 0.9, 0.0, 0.0, 0.0, 0.0];
    let seven = [0.1, 0.0, 0.9, 0.0, 0.0, 0.0];
    // Without the space's share `7` would be the best character of this step.
    let gap = [0.05, 0.0, 0.1, 0.0, 0.0, 0.85];
    assert_eq!(decode_digits(&[gap, one, gap, seven, gap]).text, "17");
    let charset = Charset::Only("17 ".chars().collect());
    let mask = Mask::new(&ALPHABET, &charset);
    let rows = [gap, one, gap, seven, gap].concat();
    let read = decode(&rows, 6, (&mask, &ANY), |i| i);
    assert_eq!(read.text, "1 7");
    assert_eq!(read.characters.len(), 2);
}

#[test]
fn a_long_line_does_not_run_out_of_numbers() {
    let rows: Vec<[f32; 6]> = (0..4000)
        .map(|i| {
            if i % 2 == 0 {
                [0.5, 0.3, 0.2, 0.0, 0.0, 0.0]
            } else {
                [0.9, 0.1, 0.0, 0.0, 0.0, 0.0]
            }
        })
        .collect();
    let read = decode_digits(&rows);
    assert!(read.score.is_finite());
}
