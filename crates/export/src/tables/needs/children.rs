//! Children of every part, in all and by one or two characteristics.

use disparity_core::needs::{ChildrenOf, Part};
use disparity_core::neighbourhoods::{CHILD_AGE_BANDS, RESIDENT_GROUPS};
use disparity_core::{CategoryId, Dimension, Intervals, Reported};

use super::super::place::{category, decile_of, group, time_and_place};
use super::super::{NO_FIGURE, if_any, limits, number, why_absent};
use super::{About, Of, part_columns};
use crate::column::TableView;

/// Children of a part, perhaps of one age, one ethnic group, both, or one decile.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ChildrenRow {
    part: Part,
    age: CategoryId,
    ethnic: CategoryId,
    decile: CategoryId,
    children: Reported<f64>,
    /// Made for children by ethnic group alone.
    intervals: Option<Intervals>,
}

/// The rows of an assessment.
pub(crate) fn children_rows(about: About<'_>) -> Vec<Of<'_, ChildrenRow>> {
    let each = about.assessment.children.iter();
    each.flat_map(|own| rows_of(about, own))
        .map(|row| Of { about, row })
        .collect()
}

fn rows_of(about: About<'_>, own: &ChildrenOf) -> Vec<ChildrenRow> {
    let id = |dimension, code| category(about.catalogue, dimension, code);
    let all = ChildrenRow {
        part: own.part,
        age: CategoryId::TOTAL,
        ethnic: CategoryId::TOTAL,
        decile: CategoryId::TOTAL,
        children: Reported::Value(own.children),
        intervals: None,
    };
    let ages = CHILD_AGE_BANDS.map(|code| id(Dimension::AgeBand, code));
    let groups = RESIDENT_GROUPS.map(|code| id(Dimension::EthnicityMajor, code));
    let mut rows = vec![all];
    for (at, age) in ages.into_iter().enumerate() {
        let children = own.by_age.map(|found| found[at]);
        rows.push(ChildrenRow {
            age,
            children,
            ..all
        });
    }
    for (at, ethnic) in groups.into_iter().enumerate() {
        let found = own.by_group.map(|found| found[at]);
        rows.push(ChildrenRow {
            ethnic,
            children: found.map(|found| found.value),
            intervals: found.value().map(|found| found.intervals),
            ..all
        });
        for (of_age, age) in ages.into_iter().enumerate() {
            let children = own.by_age_and_group.map(|found| found[of_age][at]);
            rows.push(ChildrenRow {
                age,
                ethnic,
                children,
                ..all
            });
        }
    }
    let tenths = own
        .by_decile
        .into_iter()
        .zip(1..)
        .filter(|(children, _): &(f64, u8)| *children > 0.0);
    rows.extend(tenths.map(|(children, decile)| ChildrenRow {
        decile: decile_of(about.catalogue, decile),
        children: Reported::Value(children),
        ..all
    }));
    rows
}

type Row<'a> = Of<'a, ChildrenRow>;

/// Children by part and group.
pub(crate) fn children<'a>(
    rows: &'a [Of<'a, ChildrenRow>],
) -> Option<TableView<'a, Of<'a, ChildrenRow>>> {
    let about = rows.first()?.about;
    let catalogue = about.catalogue;
    let mut columns = time_and_place(catalogue);
    columns.extend(part_columns(rows, |row| row.part));
    columns.extend([
        group(catalogue, Dimension::AgeBand, |of: &Row<'_>| of.row.age),
        group(catalogue, Dimension::EthnicityMajor, |of: &Row<'_>| {
            of.row.ethnic
        }),
        group(catalogue, Dimension::DeprivationDecile, |of: &Row<'_>| {
            of.row.decile
        }),
        number(
            "children",
            "Children aged 0 to 17, estimated",
            1,
            |of: &Row<'_>| of.row.children,
        ),
    ]);
    columns.extend(limits(about.assessment.levels, 1, |of: &Row<'_>| {
        of.row.children.and_then(|_| if_any(of.row.intervals))
    }));
    columns.push(why_absent(NO_FIGURE, |of: &Row<'_>| {
        of.row.children.symbol()
    }));
    Some(TableView {
        name: "needs_children",
        columns,
        rows,
        year: None,
    })
}
