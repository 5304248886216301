//! England's rates that expected numbers are made with, and what was assumed.

use disparity_core::needs::{Assumed, EnglandNeed, EnglandShare, Need};
use disparity_core::neighbourhoods::{CHILD_AGE_BANDS, RESIDENT_GROUPS};
use disparity_core::{AreaCode, CategoryId, Dimension, Period, Reported, Span, Symbol};

use super::super::place::{IsPlaced, category, decile_of, group, time_and_place};
use super::super::{key, named, number};
use super::{About, Of};
use crate::column::{Role, TableView};

/// England's children and those of them in need, in all or along one characteristic.
#[derive(Clone, Copy)]
pub(crate) struct EnglandRow<'a> {
    about: About<'a>,
    need: Need,
    period: Period,
    age: CategoryId,
    ethnic: CategoryId,
    decile: CategoryId,
    share: EnglandShare,
    /// The year of the rates against one another; none where they are fitted, or of no year.
    split: Option<Period>,
}

impl IsPlaced for EnglandRow<'_> {
    fn span(&self) -> Span {
        Span::year(self.period)
    }

    fn area(&self) -> Option<AreaCode> {
        Some(AreaCode::ENGLAND)
    }
}

/// The rows of an assessment.
pub(crate) fn england_rows(about: About<'_>) -> Vec<EnglandRow<'_>> {
    let each = about.assessment.england.iter();
    each.flat_map(|known| rows_of(about, known)).collect()
}

fn rows_of<'a>(about: About<'a>, known: &EnglandNeed) -> Vec<EnglandRow<'a>> {
    let id = |dimension, code| category(about.catalogue, dimension, code);
    let all = EnglandRow {
        about,
        need: known.need,
        period: known.period,
        age: CategoryId::TOTAL,
        ethnic: CategoryId::TOTAL,
        decile: CategoryId::TOTAL,
        share: EnglandShare {
            children: known.by_decile.iter().map(|own| own.children).sum(),
            expected: known.count,
        },
        split: None,
    };
    let mut rows = vec![all];
    for (share, decile) in known.by_decile.into_iter().zip(1..) {
        let decile = decile_of(about.catalogue, decile);
        rows.push(EnglandRow {
            decile,
            share,
            ..all
        });
    }
    let (shares, split) = known.by_age;
    for (share, code) in shares.into_iter().zip(CHILD_AGE_BANDS) {
        let age = id(Dimension::AgeBand, code);
        rows.push(EnglandRow {
            age,
            share,
            split,
            ..all
        });
    }
    let (shares, split) = known.by_group;
    for (share, code) in shares.into_iter().zip(RESIDENT_GROUPS) {
        let ethnic = id(Dimension::EthnicityMajor, code);
        rows.push(EnglandRow {
            ethnic,
            share,
            split,
            ..all
        });
    }
    rows
}

/// England's rates by need and characteristic.
pub(crate) fn england<'a>(rows: &'a [EnglandRow<'a>]) -> Option<TableView<'a, EnglandRow<'a>>> {
    let about = rows.first()?.about;
    let (catalogue, indicators) = (about.catalogue, &about.catalogue.indicators);
    let mut columns = time_and_place(catalogue);
    columns.extend([
        named(
            "need",
            Role::Filter,
            "What is counted",
            rows,
            move |row: &EnglandRow<'_>| row.need.word(indicators).to_owned(),
        ),
        group(catalogue, Dimension::AgeBand, |row: &EnglandRow<'_>| {
            row.age
        }),
        group(
            catalogue,
            Dimension::EthnicityMajor,
            |row: &EnglandRow<'_>| row.ethnic,
        ),
        group(
            catalogue,
            Dimension::DeprivationDecile,
            |row: &EnglandRow<'_>| row.decile,
        ),
        named(
            "split_period",
            Role::Note,
            "Year of the rates against one another",
            rows,
            |row: &EnglandRow<'_>| row.split.map_or(String::new(), |year| year.to_string()),
        ),
        number(
            "children",
            "Children aged 0 to 17, estimated",
            0,
            |row: &EnglandRow<'_>| Reported::Value(row.share.children),
        ),
        number(
            "expected",
            "How many of them are in need, counted or fitted",
            0,
            |row: &EnglandRow<'_>| Reported::Value(row.share.expected),
        ),
        number(
            "expected_per_10k",
            "The same per 10,000 children",
            1,
            |row: &EnglandRow<'_>| {
                if row.share.children > 0.0 {
                    Reported::Value(row.share.expected / row.share.children * 10_000.0)
                } else {
                    Reported::Symbol(Symbol::NotApplicable)
                }
            },
        ),
    ]);
    Some(TableView {
        name: "needs_england_rates",
        columns,
        rows,
        year: None,
    })
}

/// An assumption with its place in the list.
pub(crate) type Assumption<'a> = (i64, &'a Assumed);

type AssumptionRow<'a> = Of<'a, Assumption<'a>>;

/// Assumptions, numbered.
pub(crate) fn assumption_rows<'a>(
    about: About<'a>,
    assumed: impl IntoIterator<Item = &'a Assumed>,
) -> Vec<AssumptionRow<'a>> {
    let each = (1..).zip(assumed);
    each.map(|row| Of { about, row }).collect()
}

/// What was taken for granted.
pub(crate) fn assumptions<'a>(
    rows: &'a [Of<'a, Assumption<'a>>],
) -> Option<TableView<'a, Of<'a, Assumption<'a>>>> {
    let about = rows.first()?.about;
    let mut columns = time_and_place(about.catalogue);
    columns.extend([
        key(
            "assumption_number",
            Role::Filter,
            "Place in the list",
            |of: &AssumptionRow<'_>| of.row.0,
        ),
        named(
            "assumption",
            Role::Filter,
            "Name in a plan",
            rows,
            |of: &AssumptionRow<'_>| of.row.1.name.to_owned(),
        ),
        number("value", "Its value", 4, |of: &AssumptionRow<'_>| {
            Reported::Value(of.row.1.value)
        }),
        named(
            "meaning",
            Role::Note,
            "What it means and where it comes from",
            rows,
            |of: &AssumptionRow<'_>| of.row.1.words.clone(),
        ),
    ]);
    Some(TableView {
        name: "needs_assumptions",
        columns,
        rows,
        year: None,
    })
}
