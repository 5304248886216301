//! What was seen in each area beside what is expected there.

use disparity_core::needs::{SeenRatio, SeenRow};

use super::super::place::time_and_place;
use super::super::{interval, limits, named, number, whole, why_absent};
use super::{Of, part_columns};
use crate::column::{Role, TableView};

type Row<'a> = Of<'a, &'a SeenRow>;

/// Seen beside expected by way, part and group; a withheld count has no ratio.
pub(crate) fn seen<'a>(rows: &'a [Row<'a>], below: f64) -> Option<TableView<'a, Row<'a>>> {
    let about = rows.first()?.about;
    let levels = about.assessment.levels;
    let ratio = |pick: fn(SeenRatio) -> f64| move |of: &Row<'_>| of.row.ratio.map(pick);
    let mut columns = time_and_place(about.catalogue);
    columns.extend(part_columns(rows, |row| row.part));
    columns.extend([
        named(
            "ethnicity_major",
            Role::Filter,
            "Broad ethnic group",
            rows,
            |of: &Row<'_>| of.row.group.word().to_owned(),
        ),
        named(
            "way",
            Role::Filter,
            "Expected against what",
            rows,
            |of: &Row<'_>| of.row.way.as_str().to_owned(),
        ),
        whole("seen", "Children seen", |of: &Row<'_>| of.row.seen),
        number(
            "expected",
            "How many would be expected",
            1,
            |of: &Row<'_>| of.row.expected.map(|found| found.value),
        ),
    ]);
    columns.extend(interval(
        levels,
        ("expected_low", "expected_high"),
        (
            "Lower end of the expected number",
            "Upper end of the expected number",
        ),
        1,
        |of: &Row<'_>| of.row.expected.map(|found| found.intervals),
    ));
    columns.extend([
        number("ratio", "Seen ÷ expected", 2, ratio(|found| found.raw)),
        number(
            "ratio_shrunken",
            "The same drawn towards areas of its kind",
            2,
            ratio(|found| found.shrunken),
        ),
    ]);
    columns.extend(limits(levels, 2, |of: &Row<'_>| {
        of.row.ratio.map(|found| found.intervals)
    }));
    columns.extend([
        number(
            "probability_under_served",
            format!("Probability that the ratio is below {below}"),
            3,
            ratio(|found| found.under_served),
        ),
        why_absent("Why there is no ratio", |of: &Row<'_>| {
            of.row.ratio.symbol()
        }),
    ]);
    Some(TableView {
        name: "needs_seen",
        columns,
        rows,
        year: None,
    })
}
