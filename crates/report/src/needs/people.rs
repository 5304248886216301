//! Who lives here: children by age, ethnic group and deprivation.

use disparity_core::document::{Cell, Column, DocumentError, Section, Table};
use disparity_core::needs::Part;
use disparity_core::{Reported, Symbol};

use super::names::tenths;
use super::rounded::{ADDING_UP, NOT_ADDING_UP, percentages, shared};
use super::{NeedsView, tiles};

/// The note on every figure of children by ethnic group.
pub(super) const ESTIMATED: &str = "An estimate: shares of pupils stand for shares of children, and residents of all ages at the census of 2021 for where they live. The interval holds how wrong such estimates were where the truth is known.";

/// The section.
pub(super) fn section(view: NeedsView<'_>, section: Section) -> Result<Section, DocumentError> {
    let mut section = section;
    let Some(own) = view.children(Part::Authority) else {
        return Ok(section.paragraph("The number of children is not available."));
    };
    let england = view.assessment().england.first();
    let of_england = england.map(|england| {
        (
            england.by_age.0.map(|share| share.children),
            england.by_group.0.map(|share| share.children),
            england.by_decile.map(|share| share.children),
        )
    });
    let ages = match &own.by_age {
        Reported::Value(ages) => Reported::Value(ages.as_slice()),
        Reported::Symbol(symbol) => Reported::Symbol(*symbol),
    };
    section = section.table(shares_table(
        view,
        "Children by age",
        "Age",
        &view.ages(),
        ages,
        of_england.as_ref().map(|all| all.0.as_slice()),
    )?);
    section = section.table(groups_table(view, of_england.map(|all| all.1))?);
    section = section.table(
        shares_table(
            view,
            "Children by deprivation of their neighbourhood",
            "Tenth of England’s neighbourhoods",
            &tenths(),
            Reported::Value(own.by_decile.as_slice()),
            of_england.as_ref().map(|all| all.2.as_slice()),
        )?
        .note(format!(
            "Tenths of the Index of Multiple Deprivation {}; the first are the most deprived.",
            view.assessment().edition
        )),
    );
    section
        .blocks
        .extend(tiles::deprivation(view)?.map(disparity_core::document::Block::Figure));
    Ok(section)
}

/// What a table of children is called.
fn caption(view: NeedsView<'_>, what: &str) -> String {
    format!(
        "{what}, {}, mid-{}",
        view.authority(),
        view.assessment().period.year() - 1
    )
}

/// Numbers and shares that add up, beside England's shares.
fn shares_table(
    view: NeedsView<'_>,
    what: &str,
    heads: &str,
    names: &[String],
    figures: Reported<&[f64]>,
    england: Option<&[f64]>,
) -> Result<Table, DocumentError> {
    let absent = Cell::Symbol(Symbol::NotAvailable);
    let rounded = figures
        .value()
        .map(|figures| shared(figures, &vec![None; figures.len()], 0));
    let percent = figures.value().and_then(percentages);
    let of_england = england.and_then(percentages);
    let at = |shares: &Option<Vec<f64>>, at: usize| {
        let found = shares.as_ref().and_then(|all| all.get(at));
        found.map_or(absent.clone(), |share| Cell::number(*share, 1))
    };
    let number = |at: usize| match (&rounded, &figures) {
        (Some(rounded), _) => rounded
            .parts
            .get(at)
            .map_or(absent.clone(), |own| Cell::number(*own, 0)),
        (None, Reported::Symbol(symbol)) => Cell::Symbol(*symbol),
        (None, Reported::Value(_)) => absent.clone(),
    };
    let mut rows: Vec<Vec<Cell>> = names
        .iter()
        .enumerate()
        .map(|(i, name)| {
            vec![
                name.clone().into(),
                number(i),
                at(&percent, i),
                at(&of_england, i),
            ]
        })
        .collect();
    let all = |shares: &Option<Vec<f64>>| match shares {
        Some(_) => Cell::number(100.0, 1),
        None => absent.clone(),
    };
    let total = match (&rounded, &figures) {
        (Some(rounded), _) => Cell::number(rounded.total, 0),
        (None, Reported::Symbol(symbol)) => Cell::Symbol(*symbol),
        (None, Reported::Value(_)) => absent.clone(),
    };
    rows.push(vec![
        "All children".into(),
        total,
        all(&percent),
        all(&of_england),
    ]);
    let columns = vec![
        Column::new(heads),
        Column::new("Children"),
        Column::new("Share (%)"),
        Column::new("England: share (%)"),
    ];
    let exact = rounded.is_none_or(|rounded| rounded.exact);
    Ok(
        Table::new(caption(view, what), columns, rows)?.note(if exact {
            ADDING_UP
        } else {
            NOT_ADDING_UP
        }),
    )
}

/// Children by ethnic group with intervals.
fn groups_table(view: NeedsView<'_>, england: Option<[f64; 5]>) -> Result<Table, DocumentError> {
    let absent = Cell::Symbol(Symbol::NotAvailable);
    let of_england = england.and_then(|all| percentages(&all));
    let own = view.children(Part::Authority).map(|own| own.by_group);
    let own = own.unwrap_or(Reported::Symbol(Symbol::NotAvailable));
    let rounded = own
        .value()
        .map(|groups| shared(&groups.map(|own| own.value), &[None; 5], 0));
    let rows = view.groups().into_iter().enumerate().map(|(i, name)| {
        let [number, low, high] = match (&rounded, own) {
            (Some(rounded), Reported::Value(groups)) => {
                let ends = groups[i].intervals.shown();
                [rounded.parts[i], ends.low, ends.high].map(|figure| Cell::number(figure, 0))
            }
            (_, Reported::Symbol(symbol)) => [symbol; 3].map(Cell::Symbol),
            (None, Reported::Value(_)) => [(); 3].map(|()| absent.clone()),
        };
        let england = of_england.as_ref().and_then(|all| all.get(i));
        let england = england.map_or(absent.clone(), |share| Cell::number(*share, 1));
        vec![name.into(), number, low, high, england]
    });
    let level = view.level();
    let columns = vec![
        Column::new("Ethnic group"),
        Column::new("Children, estimated").note(ESTIMATED),
        Column::new(format!("{level} interval: from")),
        Column::new(format!("{level} interval: to")),
        Column::new("England: share (%)"),
    ];
    Table::new(
        caption(view, "Children by ethnic group"),
        columns,
        rows.collect(),
    )
}

/// Children of each team by ethnic group.
pub(super) fn groups_by_team(
    view: NeedsView<'_>,
    teams: &[Part],
) -> Result<Option<Table>, DocumentError> {
    let known = teams.iter().any(|part| {
        view.children(*part)
            .is_some_and(|own| own.by_group.is_value())
    });
    if !known {
        return Ok(None);
    }
    let mut rows = Vec::new();
    for part in teams {
        let own = view.children(*part).map(|own| own.by_group);
        let own = own.unwrap_or(Reported::Symbol(Symbol::NotAvailable));
        for (i, name) in view.groups().into_iter().enumerate() {
            let figures = match own {
                Reported::Value(groups) => {
                    let ends = groups[i].intervals.shown();
                    [groups[i].value, ends.low, ends.high].map(|figure| Cell::number(figure, 0))
                }
                Reported::Symbol(symbol) => [symbol; 3].map(Cell::Symbol),
            };
            let mut row: Vec<Cell> = vec![view.part_name(*part).into(), name.into()];
            row.extend(figures);
            rows.push(row);
        }
    }
    let level = view.level();
    let columns = vec![
        Column::new("Team"),
        Column::new("Ethnic group"),
        Column::new("Children, estimated")
            .note(ESTIMATED)
            .note(NOT_ADDING_UP),
        Column::new(format!("{level} interval: from")),
        Column::new(format!("{level} interval: to")),
    ];
    Table::new(
        caption(view, "Children by team and ethnic group"),
        columns,
        rows,
    )
    .map(Some)
}
