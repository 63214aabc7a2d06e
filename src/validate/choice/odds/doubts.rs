//! What makes an option, an answer or a blank a question, by the second reader.

use super::{MarkState, Odds, OptionReading, is_circled, is_likeliest};
use crate::doubt::Reason;
use crate::form::CrossMeans;
use crate::read::MarkMeasures;

/// Words or a number beside an option make a question from this probability on; where nothing else was
/// answered or the law looks on, from the lower ones.
const WRITTEN: f64 = 0.7;
const WRITTEN_BLANK: f64 = 0.1;
const CONSENT_WRITTEN: f64 = 0.1;

/// On a legal choice an answer that may be taken back to this extent is asked about, and one whose ink, or
/// that of what takes it back, may run into another option (of 2,763 accepted ones on made sheets 7 and 5
/// right ones, none needlessly, and 2 and 1 of 7 wrong ones).
const CONSENT_GONE: f64 = 0.03;
const CONSENT_RUN_INTO: f64 = 0.4;

/// The law looks at an answer that an eraser may have left to this extent, and at one with as much ink beside it
/// as a word has, mm2 (27 and 8 of some 2,800 right answers, 3 and 1 of 6 wrong ones).
const CONSENT_GHOST: f64 = 0.07;
const CONSENT_NEAR: f64 = 3.0;

/// A stamp or seal is redder than this, or longer than people's marks, mm.
const RED: f64 = 0.12;
const STAMP: f64 = 14.0;

/// Print gone under correction tape or fluid, share of the print at an option.
const TAPED: f64 = 0.3;

/// Faint pixels at an option (share) from which somebody drew there although nothing is dark enough
/// to be called ink, and hardly any ink (share of the ring) explains them as its edges: a circle
/// of 40 x 0.4 mm covers 0.08. A question that looks blank is then asked.
const FAINT: f64 = 0.05;
const BARE: f64 = 0.01;

/// Ink near an option of a question that looks blank, mm2: a digit 1 of 2.5 mm covers 0.8.
const WRITING: f64 = 0.8;

/// The same by a hard pencil, of which the scanner keeps the middle of the stroke (of some 1,600 right blanks of made
/// sheets 2, of 5 wrong ones 2).
const THIN_WRITING: f64 = 0.45;

/// Share of the form's print that a page lost with which pencil may be lost as well. A page that
/// lost nearly all of it was scanned so that the print drops out.
const LOST: std::ops::Range<f64> = 0.05..0.6;

/// An answer this much paler than the page's others is asked about where it may be a rubbed-out one: on
/// made sheets, by the network's own odds, 28 of 3,511 right answers and 21 of 49 wrong ones. From 0.4
/// on 6 right ones of 4,160 more are accepted and 2 wrong ones. [`GHOST`] holds from [`AS_DARK`] on,
/// and at any paleness before the law and where too few answers are known; at 0.12 it is 11 and 1.
const PALE: f64 = 0.3;
const GHOST_WHERE_PALE: f64 = 0.01;
const GHOST: f64 = 0.08;

/// A ring this much paler than the page's other answers, with this chance of being a rubbed-out one, is asked
/// about already (4 of 6,700 right rings and 2 of 6 wrong ones).
const PALE_RING: f64 = 0.2;
const GHOST_RING: f64 = 0.04;

/// A fill whose box holds less ink than this was rubbed out or is too faint to be one (10 of 1,400 right fills
/// and 2 of 8 wrong ones).
const HARDLY_FILLED: f64 = 0.02;

/// A fill that adds less darkness to its box than the page's clear marks do, most of which are thin strokes, was
/// rubbed out (4 of 1,300 right fills and 1 of 3 wrong ones).
const PALE_FILL: f64 = 0.8;

/// A ring without an outline of ink, its own or anybody's, on a page whose palest answers are at least so dark is
/// what an eraser left (of 4,300 rings the one wrong one).
const NO_OUTLINE: f64 = 0.3;
const DARK_PEN: f64 = 0.3;

/// An answer paler than this is hardly ink, whatever it looks like (9 right ones of 9,700 and the one on an empty
/// question).
const VERY_PALE: f64 = 0.7;

/// A fill or tick that covers this share of the 3 mm round its box as well is more than that: a scribble, from
/// another row perhaps (15 of 6,300 right ones, 3 of 19 wrong ones).
const SPILT: f64 = 0.3;

/// Ink that may to this extent come from another option is asked about (3 of 15,700 right answers, 2 of 31
/// wrong ones).
const FROM_ANOTHER: f64 = 0.1;

/// On a page of answers this colorful one with less than this share of their color is another pen's, or pencil
/// that was rubbed out (4 of 1,346 right answers in colored ink, two of them under a seal, and the one wrong one).
const COLORED: f64 = 0.08;
const COLORLESS: f64 = 0.45;

/// What is less paler than this is as dark as the page's other answers and is left to its odds, but before the
/// law: 73 of 19,283 right answers on made sheets and one of 33 wrong ones.
const AS_DARK: f64 = 0.1;

/// From here on an answer may be a stamp or a remark, or be taken back: a fill by what was drawn over it, any
/// other mark by a strike. Of 8,815 right answers and blanks on made sheets, and of 53 wrong ones, 15 and 4 are
/// asked for the first, 46 and 17 and 12 and 2 for the others.
const BESIDE: f64 = 0.03;
const DRAWN_OVER: f64 = 0.015;
const CROSSED_OUT: f64 = 0.006;

/// Ink that runs into another option from an answer is more than the answer: a strike through it, a word
/// (9 of those 8,815 right and 6 of the 53 wrong ones). Less of it may be a long tick's tail.
const RUN_INTO: f64 = 0.9;

/// Ink at an option that the network holds this much for an answer makes a blank a question, however
/// pale it is.
const MAYBE: f64 = 0.1;

/// A circled word whose box a level line crosses was circled and struck: so much of the box's width does the
/// line cover, and so much of the ink near the box lies well inside. Of 7,138 right circles on made sheets
/// none reaches 0.7 and 0.08, both of the struck ones that were taken for circles 0.9 and 0.15.
const STRUCK_LINE: f64 = 0.8;
const STRUCK_INSIDE: f64 = 0.12;

/// A page that lost this share of its print may have lost a strike: the law has a person look. Of 480 made
/// faxes and copies 725 more right answers are accepted than where all of them were asked, and none wrong:
/// a page that hides strikes is [`UNCLEAR`].
const LOST_MUCH: std::ops::Range<f64> = 0.15..0.6;

/// Where the palest tenth of the page's answers is this pale others are not seen at all (7 of 597 right
/// blanks on made sheets, 4 of 8 wrong ones).
const HARDLY_SEEN: f64 = 0.12;

/// A page with this many unclear questions for each answered one hides answers and strikes altogether: nothing
/// on it is accepted. On made sheets it asks for 59 of 12,640 right answers and 14 of 38 wrong ones (of the legal
/// choices 3 and 4 of 7), and of the blanks that 0.4 accepts for 6 right and 3 wrong ones. No real sheet is such.
const UNCLEAR: f64 = 0.35;

/// Blanks and legal choices are asked about on a page that is nearly so (26 of 1,700 right blanks and 3 of 8
/// wrong ones).
const NEARLY_UNCLEAR: f64 = 0.3;

/// Print of an option this much bolder than that of the question's others may have been drawn along: a ring on
/// a printed bubble (of 3,000 right blanks 12 untouched ones, and 3 of 10 wrong ones; of 11 rings that the
/// network takes for paper 7 reach it, and the others are on faxes and copies).
const BOLD: f64 = 0.2;

/// An answer with this share of red ink among answers of another color may be a seal.
const SEAL: f64 = 0.3;

/// From here on the network's view of an option is a doubt: of the answer itself, and of the options
/// beside it.
const OWN_DOUBT: f64 = 0.08;
const OTHERS_DOUBT: f64 = 0.5;
pub(super) const FOREIGN_DOUBT: f64 = 0.7;
const FOREIGN_BLANK: f64 = 0.2;

/// Why the network would not accept: `chosen` tells the answer of the rules from the other options.
pub(super) fn veto(option: &OptionReading, cross: CrossMeans, chosen: bool) -> Option<Reason> {
    let odds = Odds::of(option, cross);
    if odds.gone >= if chosen { OWN_DOUBT } else { OTHERS_DOUBT } {
        Some(Reason::Corrected)
    } else if option.measures.written >= WRITTEN {
        Some(Reason::MarginNote)
    } else if odds.foreign >= FOREIGN_DOUBT {
        Some(beside(option))
    } else {
        None
    }
}

/// Why what looks like an answer may not be one: what an eraser left, ink on a page that lost much,
/// a stamp, a remark or a strike.
pub(super) fn not_meant(option: &OptionReading) -> Option<Reason> {
    let m = &option.measures;
    let (odds, seen) = (
        Odds::of(option, CrossMeans::Ask),
        Odds::seen(option, CrossMeans::Ask),
    );
    if m.pale >= PALE && odds.ghost >= GHOST_WHERE_PALE
        || may_be_erased(option) && !is_as_dark(m)
        || is_too_pale(option)
        || is_colorless(m)
    {
        Some(erased(option))
    } else if m.unclear >= UNCLEAR {
        Some(Reason::Faint)
    } else if seen.foreign >= BESIDE {
        Some(beside(option))
    } else if seen.gone >= taken_back_from(option)
        || is_circled(option) && m.box_line >= STRUCK_LINE && m.box_inside >= STRUCK_INSIDE
        || !is_circled(option) && m.ring_share >= SPILT
    {
        Some(Reason::Corrected)
    } else if overflow(option) >= FROM_ANOTHER {
        Some(Reason::Overflow)
    } else if m.red_pen == Some(false) && m.red_share >= SEAL {
        Some(Reason::StampOverlap)
    } else {
        None
    }
}

/// Whether ink is as dark as the page's answers; where too few of those are known nobody can say.
fn is_as_dark(m: &MarkMeasures) -> bool {
    m.red_pen.is_some() && m.pale < AS_DARK
}

/// Whether there is less ink than a mark of its kind has by the page's pen.
fn is_too_pale(option: &OptionReading) -> bool {
    let m = &option.measures;
    let round = m.box_round.max(m.word_round).max(m.enclosure);
    let is_pale = match option.kinds.first().map(|k| k.0) {
        Some(MarkState::Circled) => {
            m.palest >= DARK_PEN && round < NO_OUTLINE
                || m.pale >= PALE_RING && Odds::seen(option, CrossMeans::Ask).ghost >= GHOST_RING
        }
        Some(MarkState::Filled) => m.box_all < HARDLY_FILLED || m.relative < PALE_FILL,
        _ => false,
    };
    is_pale || m.pale >= VERY_PALE
}

/// Whether the page's answers are in colored ink and this one is not.
fn is_colorless(m: &MarkMeasures) -> bool {
    m.colored && m.pen_saturation >= COLORED && m.saturation < COLORLESS * m.pen_saturation
}

/// Whether an answer may be what an eraser left.
fn may_be_erased(option: &OptionReading) -> bool {
    Odds::of(option, CrossMeans::Ask).ghost >= GHOST
}

/// From which chance on an answer may be taken back.
fn taken_back_from(option: &OptionReading) -> f64 {
    if is_likeliest(option, MarkState::Filled) {
        DRAWN_OVER
    } else {
        CROSSED_OUT
    }
}

/// Whether an answer's ink, or what takes it back, surely runs into this other option.
pub(super) fn is_run_into(option: &OptionReading) -> bool {
    overflow(option) >= RUN_INTO
}

fn overflow(option: &OptionReading) -> f64 {
    let kinds = option.kinds.iter();
    kinds
        .filter(|k| k.0 == MarkState::Overflow)
        .map(|k| k.1)
        .sum()
}

/// Why the law has a person look at the option at `index`, where `chosen` tells the answer from the others.
pub(in crate::validate::choice) fn before_the_law(
    options: &[OptionReading],
    index: usize,
    (cross, chosen): (CrossMeans, impl Fn(&OptionReading) -> bool),
) -> Option<Reason> {
    let option = &options[index];
    let (m, seen) = (&option.measures, Odds::seen(option, cross));
    let written = if is_beside_a_ring(options, index) {
        WRITTEN
    } else {
        CONSENT_WRITTEN
    };
    let chosen = chosen(option);
    let beside = chosen && !is_circled(option) && m.near >= CONSENT_NEAR;
    if m.written >= written || beside {
        Some(Reason::MarginNote)
    } else if chosen && seen.gone >= CONSENT_GONE {
        Some(Reason::Corrected)
    } else if chosen && (may_be_erased(option) || seen.ghost >= CONSENT_GHOST) {
        Some(erased(option))
    } else if !chosen && overflow(option) >= CONSENT_RUN_INTO {
        Some(Reason::Overflow)
    } else if LOST_MUCH.contains(&m.lost) || m.unclear >= NEARLY_UNCLEAR {
        Some(Reason::Faint)
    } else {
        None
    }
}

/// Whether the option looks empty, with no ink about it but a ring round the next one: the network, which
/// sees one option at a time, may take the ring's end for writing.
fn is_beside_a_ring(options: &[OptionReading], index: usize) -> bool {
    let (option, m) = (&options[index], &options[index].measures);
    let around = index.saturating_sub(1)..(index + 2).min(options.len());
    let bare = is_likeliest(option, MarkState::Empty) && m.near <= 0.0 && m.apart <= 0.0;
    bare && options[around].iter().any(is_circled)
}

/// Why a question that looks blank may not be: words or a number near an option, pencil too faint to
/// be called ink, a page that lost part of its print and may have lost pencil too.
pub(super) fn hidden(options: &[OptionReading], cross: CrossMeans) -> Option<Reason> {
    let any = |is: fn(&MarkMeasures) -> bool| options.iter().any(|o| is(&o.measures));
    let foreign = |o: &OptionReading| Odds::of(o, CrossMeans::Ask).foreign >= FOREIGN_BLANK;
    if any(|m| m.near >= THIN_WRITING || m.apart >= THIN_WRITING || m.written >= WRITTEN_BLANK)
        || options.iter().any(foreign)
    {
        Some(Reason::MarginNote)
    } else if any(|m| m.faint >= FAINT && m.ring_all < BARE)
        || any(|m| LOST.contains(&m.lost))
        || any(|m| m.palest > 0.0 && m.palest < HARDLY_SEEN)
        || any(|m| m.unclear >= NEARLY_UNCLEAR)
        || any(|m| m.bold >= BOLD)
        || options.iter().any(|o| Odds::seen(o, cross).answer >= MAYBE)
    {
        Some(Reason::Faint)
    } else {
        None
    }
}

/// Ink beside the option at `index` that is no part of a circle round it or round the one before or
/// after it.
pub(super) fn is_written_at(options: &[OptionReading], index: usize) -> bool {
    let m = &options[index].measures;
    let around = index.saturating_sub(1)..(index + 2).min(options.len());
    let circled = options[around].iter().any(is_circled);
    !circled && (m.near >= WRITING || m.apart >= WRITING)
}

/// A mark that somebody took off the paper.
pub(super) fn erased(option: &OptionReading) -> Reason {
    if option.measures.missing >= TAPED {
        Reason::Tape
    } else if option.measures.rival < 0.3 {
        Reason::Faint
    } else {
        Reason::Ghost
    }
}

/// Ink that is no mark of its option.
pub(super) fn beside(option: &OptionReading) -> Reason {
    let m = &option.measures;
    if m.red >= RED || m.extent >= STAMP {
        Reason::StampOverlap
    } else {
        Reason::MarginNote
    }
}
