//! What it would take: children and cost at another level, spend for each child, and what goes with spend on help.

use disparity_core::document::{Cell, Column, DocumentError, Section, Table};
use disparity_core::needs::take::{
    COSTED, Change, Difference, HELP_CANNOT_SHOW, HELP_CLAIMS, HelpModel, HelpQuestion, OF_COSTS,
    OF_SPEND, SpendOn, SpendWhom, Take, Target,
};
use disparity_core::{Interval, Period, Reported, Symbol};

use super::NeedsView;
use super::basis::assumed_table;
use super::sentences::{between, in_words};
use crate::format::{count, grouped, signed};

/// A million pounds.
const MILLION: f64 = 1e6;

/// What it would take, in sentences: where a difference is clear, how large, and else that it is not.
pub(super) fn findings(view: NeedsView<'_>) -> Vec<String> {
    let Some(take) = view.take() else {
        return Vec::new();
    };
    let chosen = take.changes.iter().filter(|own| {
        own.target == Target::Chosen || own.target == Target::AsExpected && own.cost.is_value()
    });
    let changes = chosen.filter_map(|own| change(view, take, own));
    changes.chain(spend(view, take)).collect()
}

/// One change in a sentence.
fn change(view: NeedsView<'_>, take: &Take, own: &Change) -> Option<String> {
    let children = own.children.value()?;
    let who = in_words(view, own.need);
    let level = take.levels.shown();
    let whose = own.target.words();
    if !children.is_clear() {
        return Some(format!(
            "If the rate of {who} were {whose}, there would not clearly be more or fewer of them: the {level} interval of the \
             difference holds none."
        ));
    }
    let cost = own.cost.value().filter(Difference::is_clear);
    let cost = cost.zip(at_cost(view, take, own));
    let cost = cost.map_or(String::new(), |(cost, each)| {
        let pounds = pounds_between(cost.intervals.shown());
        format!(", which comes to {pounds} a year at {each}")
    });
    Some(format!(
        "If the rate of {who} were {whose}, there would be {} {} of them ({level} interval){cost}. That is what the \
         difference comes to, not what should be or what a change would do.",
        between(size(children.intervals.shown())),
        children.words()
    ))
}

/// `£26,900 assumed for each`, with what it was multiplied by.
fn at_cost(view: NeedsView<'_>, take: &Take, own: &Change) -> Option<String> {
    let value = |wanted: &str| {
        let mut all = take.assumed.iter();
        let found = all.find(|assumed| assumed.name == wanted);
        found.map(|assumed| assumed.value)
    };
    let mut costed = COSTED.iter();
    let (_, name) = costed.find(|(indicator, _)| *indicator == view.word(own.need))?;
    let cost = count(value(name)?);
    let factor = value("inflation").filter(|factor| (factor - 1.0).abs() > 1e-9);
    let times = factor.map_or(String::new(), |factor| {
        format!(", times {}", grouped(factor, 3))
    });
    Some(format!("£{cost} assumed for each{times}"))
}

/// An interval without its sign, the smaller end first.
fn size(interval: Interval) -> Interval {
    let (a, b) = (interval.low.abs(), interval.high.abs());
    Interval {
        low: a.min(b),
        high: a.max(b),
    }
}

/// `between £2.1 and £3.4 million more` of an interval that leaves out nothing.
fn pounds_between(interval: Interval) -> String {
    let more = if interval.low > 0.0 { "more" } else { "less" };
    let own = size(interval);
    let places = u8::from(own.high < 10.0 * MILLION);
    let [low, high] = [own.low, own.high].map(|end| grouped(end / MILLION, places));
    if low == high {
        format!("about £{low} million {more}")
    } else {
        format!("between £{low} and £{high} million {more}")
    }
}

/// The latest year in which the authority's own spending on something is known.
fn last_spent(take: &Take) -> Option<Period> {
    let own = take.spend.iter().filter(|row| {
        row.whose == SpendWhom::Authority && row.on == SpendOn::All && row.per_child.is_value()
    });
    own.map(|row| row.year).max()
}

fn spend(view: NeedsView<'_>, take: &Take) -> Option<String> {
    let year = last_spent(take)?;
    let each = SpendOn::ALL.into_iter().filter(|on| {
        matches!(
            on,
            SpendOn::Group(group) if *group != disparity_core::SpendGroup::Other
        )
    });
    let said = each.filter_map(|on| {
        let of = |whose| take.spent(year, on, whose)?.per_child.value();
        let (own, beside) = (of(SpendWhom::Authority)?, of(SpendWhom::NeighbourMedian)?);
        Some(format!(
            "{} £{} (its statistical neighbours’ median £{})",
            on.title()
                .split(':')
                .next()
                .unwrap_or_default()
                .to_lowercase(),
            count(own),
            count(beside)
        ))
    });
    let said: Vec<String> = said.collect();
    (!said.is_empty()).then(|| {
        format!(
            "Gross spending in {} for each child in {}: {}.",
            view.authority(),
            year.financial_year(),
            said.join("; ")
        )
    })
}

/// Children and cost if rates met other levels.
pub(super) fn of_changes(
    view: NeedsView<'_>,
    section: Section,
) -> Result<Option<Section>, DocumentError> {
    let Some(take) = view.take().filter(|take| !take.changes.is_empty()) else {
        return Ok(None);
    };
    let level = take.levels.shown();
    let difference = |found: Reported<Difference>, over: f64, decimals| match found {
        Reported::Value(own) => {
            let shown = own.intervals.shown();
            [own.value, shown.low, shown.high].map(|value| Cell::number(value / over, decimals))
        }
        Reported::Symbol(symbol) => [symbol; 3].map(Cell::Symbol),
    };
    let name = |own: &Change| format!("{}: {}", view.short_title(own.need), own.target.words());
    let row = |own: &Change| {
        let mut row = vec![Cell::from(name(own))];
        row.push(Cell::reported(own.counted.map(f64::from), 0));
        let rates = [own.own_rate, own.target_rate];
        row.extend(rates.map(|rate| Cell::reported(rate.map(|rate| rate * 10_000.0), 1)));
        row.extend(difference(own.children, 1.0, 0));
        row.push(match own.children {
            Reported::Value(found) => found.words().into(),
            Reported::Symbol(symbol) => Cell::Symbol(symbol),
        });
        row
    };
    let columns = [
        "If the rate were",
        "Counted",
        "Rate per 10,000",
        "Rate to meet",
        "More or fewer",
        "From",
        "To",
        "In words",
    ];
    let of = format!(
        "in {} if rates met another level, {}, with {level} intervals",
        view.authority(),
        take.period.year()
    );
    let rows = take.changes.iter().map(row).collect();
    let table = Table::new(
        format!("Children more or fewer {of}"),
        columns.map(Column::new).to_vec(),
        rows,
    )?
    .note("Below nought is fewer children, or less money.");
    let row = |own: &Change| {
        let mut row = vec![Cell::from(name(own))];
        row.extend(difference(own.cost, MILLION, 1));
        row
    };
    let columns = ["If the rate were", "More or less", "From", "To"];
    let rows = take.changes.iter().map(row).collect();
    let costs = Table::new(
        format!("What that comes to a year {of}"),
        columns.map(Column::new).to_vec(),
        rows,
    )?
    .unit("£ million a year")
    .note("Below nought is fewer children, or less money.");
    let assumed = assumed_table("What was assumed of costs", &take.assumed)?;
    Ok(Some(
        section
            .paragraph(
                "How many more or fewer children there would be if the authority’s rate were that of another, and what those \
                 come to. It is arithmetic of rates, not a forecast.",
            )
            .table(table)
            .table(costs)
            .list(OF_COSTS)
            .table(assumed),
    ))
}

/// Spend for each child, and what goes with spend on help.
pub(super) fn of_spend(
    view: NeedsView<'_>,
    section: Section,
) -> Result<Option<Section>, DocumentError> {
    let Some(take) = view.take() else {
        return Ok(None);
    };
    let Some(year) = last_spent(take) else {
        return Ok(None);
    };
    let region = take.region.map(|code| view.catalogue.areas.name(code));
    let whose = |own: SpendWhom| match own {
        SpendWhom::Authority => view.authority(),
        SpendWhom::NeighbourMedian => "Median of statistical neighbours".to_owned(),
        SpendWhom::Region => region.clone().unwrap_or_else(|| "Region".to_owned()),
        SpendWhom::England => "England".to_owned(),
    };
    let per_child = |year, on, whose| {
        let found = take.spent(year, on, whose);
        let value = found.map_or(Reported::Symbol(Symbol::NotAvailable), |row| row.per_child);
        Cell::reported(value, 0)
    };
    let prices = match take.prices {
        Some(year) => format!(
            "£ per child aged 0 to 17, in prices of {}",
            year.financial_year()
        ),
        None => "£ per child aged 0 to 17, in the prices of each year".to_owned(),
    };
    let heads = |first: &str| {
        let each = SpendWhom::ALL
            .into_iter()
            .map(|own| Column::new(whose(own)));
        std::iter::once(Column::new(first))
            .chain(each)
            .collect::<Vec<_>>()
    };
    let rows = SpendOn::ALL.into_iter().map(|on| {
        let figures = SpendWhom::ALL.map(|whose| per_child(year, on, whose));
        std::iter::once(Cell::from(on.title()))
            .chain(figures)
            .collect()
    });
    let caption = format!("Gross spending for each child, {}", year.financial_year());
    let latest = Table::new(caption, heads("Spending on"), rows.collect())?.unit(&prices);
    let mut years: Vec<Period> = take.spend.iter().map(|row| row.year).collect();
    years.dedup();
    let mut section = section
        .paragraph("Spending as authorities state it, beside the same of others. More is not better or worse.")
        .table(latest);
    for on in [
        SpendOn::Group(disparity_core::SpendGroup::Help),
        SpendOn::Group(disparity_core::SpendGroup::ChildrenLookedAfter),
    ] {
        let rows = years.iter().map(|year| {
            let figures = SpendWhom::ALL.map(|whose| per_child(*year, on, whose));
            std::iter::once(Cell::from(year.financial_year()))
                .chain(figures)
                .collect()
        });
        let caption = format!("{}, by financial year", on.title());
        let table = Table::new(caption, heads("Financial year"), rows.collect())?.unit(&prices);
        section = section.table(table);
    }
    section = section.list(OF_SPEND);
    Ok(Some(match &take.help {
        Some(help) => section.section(of_help(help)?),
        None => section,
    }))
}

/// Whether spend on help goes with children in need the year after, asked in several ways.
fn of_help(help: &HelpQuestion) -> Result<Section, DocumentError> {
    let level = help.levels.shown();
    let answer = help.answer(HelpModel::Main).map(|own| {
        let shown = own.effect.intervals.shown();
        let side = if own.position.is_higher() {
            "more children in need go with more spend"
        } else if own.position.is_lower() {
            "fewer children in need go with more spend"
        } else {
            "neither more nor fewer children in need go with more spend, as far as can be said"
        };
        format!(
            "England’s authorities, {} to {}: for £20 more on help for each child, {} children in need per 10,000 the year \
             after ({level} interval {} to {}): {side}.",
            own.years.0.financial_year(),
            own.years.1.financial_year(),
            signed(own.effect.value),
            signed(shown.low),
            signed(shown.high)
        )
    });
    let row = |own: &disparity_core::needs::take::HelpAnswer| {
        let shown = own.effect.intervals.shown();
        let mut row = vec![Cell::from(own.model.words())];
        row.extend([own.effect.value, shown.low, shown.high].map(|value| Cell::number(value, 2)));
        row.push(Cell::number(own.authorities as f64, 0));
        row.push(Cell::number(own.records as f64, 0));
        row.push(own.model.unit().into());
        row
    };
    let columns = [
        "Asked how",
        "Answer",
        "From",
        "To",
        "Authorities",
        "Records",
        "Unit",
    ];
    let table = Table::new(
        format!(
            "Does spend on help go with children in need the year after? With {level} intervals"
        ),
        columns.map(Column::new).to_vec(),
        help.answers.iter().map(row).collect(),
    )?;
    let claims = HELP_CLAIMS.iter().map(|own| {
        vec![
            Cell::from(own.document),
            own.said.into(),
            Cell::number(own.between.0, 3),
            Cell::number(own.between.1, 3),
            own.model.unit().into(),
        ]
    });
    let columns = [
        "Document",
        "What it says, in our words",
        "From",
        "To",
        "Unit",
    ];
    let claims = Table::new(
        "What documents say of it",
        columns.map(Column::new).to_vec(),
        claims.collect(),
    )?;
    let section = Section::new("Does spend on help go with children in need the year after?");
    let section = answer.into_iter().fold(section, Section::paragraph);
    Ok(section
        .table(table)
        .table(claims)
        .paragraph("What none of these answers can show:")
        .list(HELP_CANNOT_SHOW))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pounds_have_their_sign_in_words() {
        let said = |low, high| pounds_between(Interval { low, high });
        assert_eq!(said(2.1e6, 3.4e6), "between £2.1 and £3.4 million more");
        assert_eq!(said(-34e6, -21e6), "between £21 and £34 million less");
        assert_eq!(said(1.01e6, 1.02e6), "about £1.0 million more");
        assert_eq!(
            (signed(-0.04), signed(-2.5), signed(0.8)),
            ("0.0".into(), "−2.5".into(), "+0.8".into())
        );
    }
}
