//! Zones of many cells: grids of bubbles, combs, boxes for ranks.

use std::collections::BTreeSet;

use crate::charset::Charset;
use crate::geom::{Mm, Rect};

use super::place::Page;
use super::values::charset;
use super::zones::{MAX_BOXES, all_on_page, boxes_apart, check_values, option_label};
use crate::form::fault::Faults;
use crate::form::raw::{At, Quad, RawColumns, RawComb, RawGrid, RawRank};
use crate::form::types::{BoxShape, CombFrame, CombZone, GridZone, RankOption, RankZone};

pub(super) fn grid(raw: &At<RawGrid>, page: Page, faults: &mut Faults<'_>) -> Option<GridZone> {
    let values = grid_values(raw, faults)?;
    let columns = match (&raw.columns_at, &raw.first) {
        (Some(at), None) => {
            let columns: Vec<_> = at.iter().map(|c| cells_at(c, page, faults)).collect();
            columns.into_iter().collect::<Option<Vec<_>>>()?
        }
        (None, Some(_)) => regular_grid(raw, &values, page, faults)?,
        _ => {
            let hint = "`first`, `step`, `pitch` and `columns`, or `columns_at`";
            faults.add_hint(
                &raw.span,
                "a grid says where its bubbles are in one way",
                hint,
            );
            return None;
        }
    };
    let full = |(column, values): (&Vec<Rect<Mm>>, &Vec<char>)| column.len() == values.len();
    let complete = columns.len() == values.len() && columns.iter().zip(&values).all(full);
    if columns.is_empty() || !complete {
        let span = raw.columns_at.as_ref().map_or(&raw.span, |c| &c.span);
        let message = "every column has one bubble for each of its values";
        faults.add(&span.clone(), message);
        return None;
    }
    let all: Vec<Rect<Mm>> = columns.iter().flatten().copied().collect();
    let apart = boxes_apart(&all, &raw.span, faults);
    let shape = raw.shape.unwrap_or(BoxShape::Bubble);
    apart.then_some(GridZone {
        values,
        columns,
        shape,
    })
}

/// The values of each column.
fn grid_values(raw: &At<RawGrid>, faults: &mut Faults<'_>) -> Option<Vec<Vec<char>>> {
    let count = match &raw.columns_at {
        Some(at) => at.len(),
        None => raw.columns.as_ref().map_or(1, |n| n.value),
    };
    if count > MAX_BOXES {
        faults.add(&raw.span, format!("{count} columns are not possible"));
        return None;
    }
    let values: Vec<Vec<char>> = match &raw.values.value {
        RawColumns::Alike(text) => vec![text.chars().collect(); count],
        RawColumns::Each(list) => list.iter().map(|text| text.chars().collect()).collect(),
    };
    let sound = |column: &Vec<char>| {
        let unique: BTreeSet<char> = column.iter().copied().collect();
        !column.is_empty() && unique.len() == column.len()
    };
    if !values.iter().all(sound)
        || matches!(&raw.values.value, RawColumns::Alike(t) if t.is_empty())
    {
        faults.add(
            &raw.values.span,
            "a column's values are at least one character, none twice",
        );
        return None;
    }
    if values.len() != count {
        let message = format!("values for {} columns, and {count} columns", values.len());
        faults.add(&raw.values.span, message);
        return None;
    }
    Some(values)
}

fn regular_grid(
    raw: &At<RawGrid>,
    values: &[Vec<char>],
    page: Page,
    faults: &mut Faults<'_>,
) -> Option<Vec<Vec<Rect<Mm>>>> {
    let (Some(first), Some(step)) = (&raw.first, &raw.step) else {
        faults.add(
            &raw.span,
            "a grid with `first` needs `step`, from value to value",
        );
        return None;
    };
    let pitch = raw.pitch.as_ref().map_or([0.0, 0.0], |p| p.value);
    if values.len() > 1 && raw.pitch.is_none() {
        faults.add(
            &raw.span,
            "a grid of several columns needs `pitch`, from column to column",
        );
        return None;
    }
    let bubbles: usize = values.iter().map(Vec::len).sum();
    if bubbles == 0 || bubbles > MAX_BOXES {
        let message = format!(
            "{} columns of {bubbles} bubbles are not possible",
            values.len()
        );
        faults.add(&raw.span, message);
        return None;
    }
    let origin = page.rect(first, faults)?;
    let cell = |c: usize, v: usize| {
        let (c, v) = (c as f64, v as f64);
        let [dx, dy] = [0, 1].map(|i| c * pitch[i] + v * step.value[i]);
        Rect::new(origin.x + dx, origin.y + dy, origin.w, origin.h)
    };
    let columns = values.iter().enumerate();
    let grid: Vec<Vec<_>> = columns
        .map(|(c, values)| (0..values.len()).map(|v| cell(c, v)).collect())
        .collect();
    all_on_page(grid.iter().flatten(), &first.span, page, faults).then_some(grid)
}

pub(super) fn comb(raw: &At<RawComb>, page: Page, faults: &mut Faults<'_>) -> Option<CombZone> {
    let charset = raw
        .charset
        .as_ref()
        .map_or(Some(Charset::Digits), |c| charset(c, faults));
    let cells = match (&raw.cells_at, &raw.first) {
        (Some(at), None) => cells_at(at, page, faults),
        (None, Some(first)) => regular_comb(raw, first, page, faults),
        _ => {
            let hint = "`cells`, `first` and `pitch`, or `cells_at`";
            faults.add_hint(
                &raw.span,
                "a comb says where its cells are in one way",
                hint,
            );
            None
        }
    }?;
    if cells.is_empty() {
        faults.add(&raw.span, "a comb has at least one cell");
        return None;
    }
    let apart = boxes_apart(&cells, &raw.span, faults);
    let frame = raw.frame.unwrap_or(CombFrame::Boxes);
    apart.then_some(CombZone {
        cells,
        charset: charset?,
        frame,
    })
}

fn regular_comb(
    raw: &At<RawComb>,
    first: &At<Quad>,
    page: Page,
    faults: &mut Faults<'_>,
) -> Option<Vec<Rect<Mm>>> {
    let Some(count) = &raw.cells else {
        faults.add(
            &raw.span,
            "a comb with `first` needs `cells`, how many there are",
        );
        return None;
    };
    if count.value == 0 || count.value > MAX_BOXES {
        faults.add(
            &count.span,
            format!("{} cells are not possible", count.value),
        );
        return None;
    }
    let origin = page.rect(first, faults)?;
    let pitch = raw.pitch.as_ref().map_or(origin.w, |p| p.value);
    if !pitch.is_finite() || pitch < origin.w - 1e-6 {
        let span = raw.pitch.as_ref().map_or(&raw.span, |p| &p.span).clone();
        let message = format!("cells of {} mm every {pitch} mm overlap", origin.w);
        faults.add_hint(
            &span,
            message,
            "`pitch` is from cell to cell, at least a cell's width",
        );
        return None;
    }
    let cell = |i: usize| Rect::new(origin.x + i as f64 * pitch, origin.y, origin.w, origin.h);
    let cells: Vec<_> = (0..count.value).map(cell).collect();
    all_on_page(&cells, &first.span, page, faults).then_some(cells)
}

pub(super) fn rank(raw: &At<RawRank>, page: Page, faults: &mut Faults<'_>) -> Option<RankZone> {
    let count = u32::try_from(raw.options.len()).unwrap_or(u32::MAX);
    if !(2..=99).contains(&count) {
        faults.add(
            &raw.options.span,
            format!("{count} options cannot be ranked"),
        );
        return None;
    }
    let values = check_values(raw.options.iter().map(|o| &o.value), &['|', '>'], faults);
    let options: Vec<_> = raw
        .options
        .iter()
        .map(|o| {
            let (value, label) = (
                o.value.value.clone(),
                option_label(o.label.as_ref(), &o.value),
            );
            page.rect(&o.cell, faults)
                .map(|cell| RankOption { value, label, cell })
        })
        .collect();
    let options: Vec<RankOption> = options.into_iter().collect::<Option<_>>()?;
    let cells: Vec<_> = options.iter().map(|o| o.cell).collect();
    let apart = boxes_apart(&cells, &raw.span, faults);
    let most = raw.most.as_ref().map_or(count, |m| m.value);
    if let Some(m) = raw.most.as_ref().filter(|_| most == 0 || most > count) {
        faults.add(
            &m.span,
            format!("ranks up to {most} are not possible with {count} options"),
        );
        return None;
    }
    let frame = raw.frame.unwrap_or(CombFrame::Boxes);
    (values && apart).then_some(RankZone {
        options,
        most,
        gaps: raw.gaps,
        frame,
    })
}

fn cells_at(raw: &At<Vec<At<Quad>>>, page: Page, faults: &mut Faults<'_>) -> Option<Vec<Rect<Mm>>> {
    if raw.len() > MAX_BOXES {
        faults.add(&raw.span, format!("{} cells are not possible", raw.len()));
        return None;
    }
    let cells: Vec<_> = raw.iter().map(|quad| page.rect(quad, faults)).collect();
    cells.into_iter().collect()
}
