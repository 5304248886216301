//! What documents of the field claim, beside what was computed.

use disparity_core::{
    AreaCode, Catalogue, ClaimCheck, ClaimFigure, Levels, Reported, Results, Span,
};

use super::place::{IsPlaced, span_and_place};
use super::{closing, if_any, limits, method, named, number, text, words};
use crate::column::{Column, Role, TableView, Value};

impl IsPlaced for ClaimCheck {
    fn span(&self) -> Span {
        self.span
    }

    fn area(&self) -> Option<AreaCode> {
        None
    }
}

/// Claims beside what was computed.
pub(crate) fn claims<'a>(
    results: &'a Results,
    catalogue: &'a Catalogue,
) -> TableView<'a, ClaimCheck> {
    let rows = results.claims.as_slice();
    let of = |row: &ClaimCheck| &catalogue.claims[row.claim];
    let note = Role::Note;
    let mut columns = vec![
        named(
            "claim",
            Role::Filter,
            "Short name of the claim",
            rows,
            move |row| of(row).name.clone(),
        ),
        named(
            "document",
            note,
            "The document that makes it",
            rows,
            move |row| of(row).document.clone(),
        ),
        named(
            "said",
            note,
            "What it says, in our words",
            rows,
            move |row| of(row).said.clone(),
        ),
    ];
    columns.extend(span_and_place(catalogue));
    columns.extend(indicator_of(rows, catalogue));
    columns.push(number(
        "stated",
        "The document's figure",
        2,
        move |row: &ClaimCheck| Reported::Value(of(row).stated),
    ));
    columns.push(number(
        "value",
        "The same figure computed here",
        2,
        |row: &ClaimCheck| row.found,
    ));
    // A fact about authorities has none.
    columns.extend(limits(results.levels, 3, |row: &ClaimCheck| {
        row.found.and_then(|_| if_any(row.intervals))
    }));
    columns.push(method(rows, |row| row.method));
    columns.extend(agreement(results.levels, catalogue));
    columns.push(named(
        "why",
        note,
        "Why the two may differ",
        rows,
        move |row| of(row).why.clone(),
    ));
    let symbol = closing(
        rows,
        |row: &ClaimCheck| row.found.symbol(),
        |row| row.issues,
    );
    columns.extend(symbol);
    TableView {
        name: "claims",
        columns,
        rows,
        year: None,
    }
}

/// Whether the document's figure lies in the interval at each level.
fn agreement(levels: Levels, catalogue: &Catalogue) -> Vec<Column<'_, ClaimCheck>> {
    let agrees = |place: usize| {
        text(
            format!("agrees{}", levels.suffix(place)),
            Role::Note,
            "Whether the interval of that level holds the document's figure",
            words(["no", "yes"]),
            move |row: &ClaimCheck| {
                let interval = row.intervals.and_then(|intervals| intervals.get(place));
                interval.map_or(Value::None, |interval| {
                    let stated = catalogue.claims[row.claim].stated;
                    Value::Text(u32::from(interval.contains(stated)))
                })
            },
        )
    };
    (0..levels.len()).map(agrees).collect()
}

/// The indicator, figure and model of a claim.
fn indicator_of<'a>(
    rows: &'a [ClaimCheck],
    catalogue: &'a Catalogue,
) -> [Column<'a, ClaimCheck>; 3] {
    let of = |row: &ClaimCheck| &catalogue.claims[row.claim];
    [
        named("indicator", Role::Filter, "Indicator", rows, move |row| {
            catalogue.indicators.get(of(row).indicator).name.clone()
        }),
        named(
            "figure",
            Role::Filter,
            "What the figure is",
            rows,
            move |row| of(row).figure.as_str().to_owned(),
        ),
        named(
            "model",
            Role::Filter,
            "What the model knows, for figures of one",
            rows,
            move |row| match of(row).figure {
                ClaimFigure::Decile1To10 => String::new(),
                _ => of(row).model.as_str().to_owned(),
            },
        ),
    ]
}
