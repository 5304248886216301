//! How many would be expected to be in need.

use std::collections::BTreeSet;

use disparity_core::needs::{EnglandNeed, ExpectedNeed, Likely};
use disparity_core::{Reported, Symbol};

use super::super::place::time_and_place;
use super::super::{NO_FIGURE, interval, limits, named, number, why_absent};
use super::{Of, part_columns};
use crate::column::{Role, TableView};

type Row<'a> = Of<'a, &'a ExpectedNeed>;

/// The years of the counts of a need: `2025`, or `2022, 2025`.
fn count_years(of: &Row<'_>) -> String {
    let mut known = of.about.assessment.england.iter();
    let years = known
        .find(|own| own.need == of.row.need)
        .map_or_else(BTreeSet::new, EnglandNeed::years);
    let years: Vec<String> = years.iter().map(|own| own.year().to_string()).collect();
    years.join(", ")
}

/// Expected numbers by need, way and part.
pub(crate) fn expected<'a>(
    rows: &'a [Of<'a, &'a ExpectedNeed>],
) -> Option<TableView<'a, Of<'a, &'a ExpectedNeed>>> {
    let about = rows.first()?.about;
    let (levels, indicators) = (about.assessment.levels, &about.catalogue.indicators);
    let children = |of: &Row<'_>| {
        let found = of.about.assessment.children_of(of.row.part);
        found.map_or(Reported::Symbol(Symbol::NotAvailable), |own| {
            Reported::Value(own.children)
        })
    };
    let of_number = |pick: fn(Likely) -> f64| move |of: &Row<'_>| of.row.number.map(pick);
    let mut columns = time_and_place(about.catalogue);
    columns.extend(part_columns(rows, |row| row.part));
    columns.extend([
        named(
            "need",
            Role::Filter,
            "What is expected",
            rows,
            move |of: &Row<'_>| of.row.need.word(indicators).to_owned(),
        ),
        named(
            "way",
            Role::Filter,
            "Expected against what",
            rows,
            |of: &Row<'_>| of.row.way.as_str().to_owned(),
        ),
        named(
            "need_title",
            Role::Note,
            "What is expected, in words",
            rows,
            move |of: &Row<'_>| of.row.need.title(indicators).to_owned(),
        ),
        named(
            "count_years",
            Role::Note,
            "Years of the counts that England’s rates are of; several where counts of different years are added",
            rows,
            count_years,
        ),
        number("children", "Children aged 0 to 17, estimated", 1, children),
        number(
            "expected",
            "How many are expected",
            1,
            of_number(|found| found.expected),
        ),
    ]);
    columns.extend(limits(levels, 1, |of: &Row<'_>| {
        of.row.number.map(|found| found.intervals)
    }));
    columns.extend(interval(
        levels,
        ("count_low", "count_high"),
        (
            "Lower end of where a count of a year may lie",
            "Upper end of where a count of a year may lie",
        ),
        0,
        |of: &Row<'_>| of.row.number.map(|found| found.seen),
    ));
    columns.push(number(
        "expected_per_10k",
        "Expected per 10,000 children",
        1,
        move |of: &Row<'_>| match (of.row.number, children(of)) {
            (Reported::Value(found), Reported::Value(children)) if children > 0.0 => {
                Reported::Value(found.expected / children * 10_000.0)
            }
            (Reported::Symbol(symbol), _) | (_, Reported::Symbol(symbol)) => {
                Reported::Symbol(symbol)
            }
            // Nobody lives there of whom a share could be taken.
            _ => Reported::Symbol(Symbol::NotApplicable),
        },
    ));
    columns.push(why_absent(NO_FIGURE, |of: &Row<'_>| of.row.number.symbol()));
    Some(TableView {
        name: "needs_expected",
        columns,
        rows,
        year: None,
    })
}
