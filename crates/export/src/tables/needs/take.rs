//! What it would take: children and cost at other levels, spend for each child, and spend on help against need.

use disparity_core::needs::Need;
use disparity_core::needs::take::{Change, Difference, HelpAnswer, SpendRow, Take, Target};
use disparity_core::{AreaCode, Catalogue, Levels, Period, Reported, Span};

use super::super::place::{IsPlaced, time_and_place};
use super::super::{NO_FIGURE, interval, limits, named, number, whole, why_absent};
use crate::column::{Role, TableView};

/// A row with what it is about.
#[derive(Clone, Copy)]
pub(crate) struct TakeRow<'a, R> {
    catalogue: &'a Catalogue,
    area: AreaCode,
    period: Period,
    levels: Levels,
    row: &'a R,
}

impl<R: Sync> IsPlaced for TakeRow<'_, R> {
    fn span(&self) -> Span {
        Span::year(self.period)
    }

    fn area(&self) -> Option<AreaCode> {
        Some(self.area)
    }
}

/// The changes of one authority.
pub(crate) fn change_rows<'a>(
    take: &'a Take,
    catalogue: &'a Catalogue,
) -> Vec<TakeRow<'a, Change>> {
    rows_of(take, catalogue, &take.changes, |_| {
        (take.authority, take.period)
    })
}

/// Its spend, and that of others beside it.
pub(crate) fn spend_rows<'a>(
    take: &'a Take,
    catalogue: &'a Catalogue,
) -> Vec<TakeRow<'a, SpendRow>> {
    rows_of(take, catalogue, &take.spend, |row| {
        (take.authority, row.year)
    })
}

/// The answers about spend on help, which are of England.
pub(crate) fn help_rows<'a>(
    take: &'a Take,
    catalogue: &'a Catalogue,
) -> Vec<TakeRow<'a, HelpAnswer>> {
    let answers = take.help.iter().flat_map(|help| &help.answers);
    rows_of(take, catalogue, answers, |row| {
        (AreaCode::ENGLAND, row.years.1)
    })
}

/// Rows with the area and the year that each is of.
fn rows_of<'a, R>(
    take: &'a Take,
    catalogue: &'a Catalogue,
    rows: impl IntoIterator<Item = &'a R>,
    of: impl Fn(&R) -> (AreaCode, Period),
) -> Vec<TakeRow<'a, R>> {
    let each = rows.into_iter();
    each.map(|row| {
        let (area, period) = of(row);
        TakeRow {
            catalogue,
            area,
            period,
            levels: take.levels,
            row,
        }
    })
    .collect()
}

type ChangeOf<'a> = TakeRow<'a, Change>;

/// Children and cost if rates met other levels.
pub(crate) fn changes<'a>(rows: &'a [ChangeOf<'a>]) -> Option<TableView<'a, ChangeOf<'a>>> {
    let first = rows.first()?;
    let (catalogue, levels) = (first.catalogue, first.levels);
    let rate = |get: fn(&Change) -> Reported<f64>| {
        move |of: &ChangeOf<'_>| get(of.row).map(|rate| rate * 10_000.0)
    };
    let value = |found: Reported<Difference>| found.map(|found| found.value);
    let mut columns = time_and_place(catalogue);
    columns.extend([
        named(
            "need",
            Role::Filter,
            "Of whom",
            rows,
            |of: &ChangeOf<'_>| {
                let need: Need = of.row.need;
                need.word(&of.catalogue.indicators).to_owned()
            },
        ),
        named(
            "target",
            Role::Filter,
            "Level that the rate would meet",
            rows,
            |of: &ChangeOf<'_>| {
                let target: Target = of.row.target;
                target.as_str().to_owned()
            },
        ),
        whole("counted", "Children counted", |of: &ChangeOf<'_>| {
            of.row.counted
        }),
        number(
            "own_rate_per_10k",
            "Rate per 10,000 children",
            1,
            rate(|row| row.own_rate),
        ),
        number(
            "target_rate_per_10k",
            "Rate to meet per 10,000 children",
            1,
            rate(|row| row.target_rate),
        ),
        number(
            "children",
            "Children more (above nought) or fewer",
            1,
            move |of: &ChangeOf<'_>| value(of.row.children),
        ),
    ]);
    columns.extend(limits(levels, 1, |of: &ChangeOf<'_>| {
        of.row.children.map(|found| found.intervals)
    }));
    columns.push(number(
        "cost",
        "Pounds a year more or less",
        0,
        move |of: &ChangeOf<'_>| value(of.row.cost),
    ));
    columns.extend(interval(
        levels,
        ("cost_low", "cost_high"),
        ("Lower end of the cost", "Upper end of the cost"),
        0,
        |of: &ChangeOf<'_>| of.row.cost.map(|found| found.intervals),
    ));
    columns.push(why_absent(NO_FIGURE, |of: &ChangeOf<'_>| {
        of.row.children.symbol()
    }));
    Some(TableView {
        name: "needs_take",
        columns,
        rows,
        year: None,
    })
}

type SpendOf<'a> = TakeRow<'a, SpendRow>;

/// Spend by financial year, service and whose it is.
pub(crate) fn spend<'a>(rows: &'a [SpendOf<'a>]) -> Option<TableView<'a, SpendOf<'a>>> {
    let mut columns = time_and_place(rows.first()?.catalogue);
    columns.extend([
        named(
            "spend_on",
            Role::Filter,
            "What money is spent on",
            rows,
            |of: &SpendOf<'_>| of.row.on.as_str().to_owned(),
        ),
        named(
            "whose",
            Role::Filter,
            "Whose spending",
            rows,
            |of: &SpendOf<'_>| of.row.whose.as_str().to_owned(),
        ),
        number(
            "pounds",
            "Gross pounds in the year",
            0,
            |of: &SpendOf<'_>| of.row.pounds,
        ),
        number(
            "pounds_per_child",
            "Pounds per child aged 0 to 17",
            0,
            |of: &SpendOf<'_>| of.row.per_child,
        ),
        whole(
            "authorities",
            "Authorities it is made from",
            |of: &SpendOf<'_>| Reported::Value(of.row.authorities),
        ),
        whole(
            "without",
            "Authorities that have no figure",
            |of: &SpendOf<'_>| Reported::Value(of.row.without),
        ),
        why_absent(NO_FIGURE, |of: &SpendOf<'_>| of.row.per_child.symbol()),
    ]);
    Some(TableView {
        name: "needs_spend",
        columns,
        rows,
        year: None,
    })
}

type HelpOf<'a> = TakeRow<'a, HelpAnswer>;

/// Whether spend on help goes with children in need the year after.
pub(crate) fn help<'a>(rows: &'a [HelpOf<'a>]) -> Option<TableView<'a, HelpOf<'a>>> {
    let first = rows.first()?;
    let mut columns = time_and_place(first.catalogue);
    let size = |n: usize| Reported::Value(u32::try_from(n).unwrap_or(u32::MAX));
    columns.extend([
        named(
            "model",
            Role::Filter,
            "How it is asked",
            rows,
            |of: &HelpOf<'_>| of.row.model.as_str().to_owned(),
        ),
        named(
            "unit",
            Role::Note,
            "What the effect is in",
            rows,
            |of: &HelpOf<'_>| of.row.model.unit().to_owned(),
        ),
        named(
            "years",
            Role::Note,
            "First and last financial year of spend",
            rows,
            |of: &HelpOf<'_>| {
                let (first, last) = of.row.years;
                format!("{first} to {last}")
            },
        ),
        number(
            "effect",
            "What goes with more spend",
            4,
            |of: &HelpOf<'_>| Reported::Value(of.row.effect.value),
        ),
    ]);
    columns.extend(limits(first.levels, 4, |of: &HelpOf<'_>| {
        Reported::Value(of.row.effect.intervals)
    }));
    columns.extend([
        number(
            "std_error",
            "Its standard error, by authority",
            4,
            |of: &HelpOf<'_>| Reported::Value(of.row.std_error),
        ),
        whole("authorities", "Authorities", move |of: &HelpOf<'_>| {
            size(of.row.authorities)
        }),
        whole(
            "records",
            "Records: an authority’s spend of a year",
            move |of: &HelpOf<'_>| size(of.row.records),
        ),
    ]);
    Some(TableView {
        name: "needs_help",
        columns,
        rows,
        year: None,
    })
}
