//! What the figures rest on: assumptions, limits, methods, sources, and what must be said of them.

use std::collections::{BTreeMap, BTreeSet};

use disparity_core::document::{Cell, Column, DocumentError, Section, Table, Text};
use disparity_core::needs::{Assumed, EnglandNeed, EnglandShare, Need, issues_of};
use disparity_core::{Issue, Period, Source, Symbol, round_half_up};

use super::names::tenths;
use super::{NeedsView, sentences};

/// Built-in tables that assessments are made from beside those of their counts, as sources name them.
const TABLES: [&str; 10] = [
    "england/population.csv",
    "england/pupils.csv",
    "england/primary_pupils.csv",
    "england/children_by_age_band.csv",
    "england/children_by_single_year.csv",
    "england/children_by_decile.csv",
    "england/neighbourhoods_2021.csv",
    "england/neighbourhood_borders.csv",
    "england/msoas_2021.csv",
    "england/wards_2024.csv",
];

/// The counts that Family Help plans are added up from.
const PLANS: [&str; 2] = ["cin_plan_at_31_march", "cpp_at_31_march"];

/// The sections, each where there is something in it.
pub(super) fn sections(view: NeedsView<'_>) -> Result<Vec<Section>, DocumentError> {
    let mut all = Vec::new();
    all.extend(assumptions(view)?);
    all.push(Section::new("What this cannot show").list(sentences::limits(view)));
    all.push(methods(view)?);
    all.extend(sources(view));
    all.extend(caveats(view));
    Ok(all)
}

/// Assumptions by name, value and meaning.
fn assumptions(view: NeedsView<'_>) -> Result<Option<Section>, DocumentError> {
    let assumed = &view.assessment().assumed;
    if assumed.is_empty() {
        return Ok(None);
    }
    let table = assumed_table("What was assumed", assumed)?;
    Ok(Some(
        Section::new("What was assumed")
            .paragraph("Each can be changed in the plan under its name; whoever changes one changes every figure that rests on it.")
            .table(table),
    ))
}

/// A table of assumptions.
pub(super) fn assumed_table(caption: &str, assumed: &[Assumed]) -> Result<Table, DocumentError> {
    let row = |own: &Assumed| {
        vec![
            own.name.into(),
            Cell::number(own.value, decimals(own.value)),
            own.words.clone().into(),
        ]
    };
    let columns = ["Name in a plan", "Value", "What it means"];
    let columns = columns.map(Column::new).to_vec();
    Table::new(caption, columns, assumed.iter().map(row).collect())
}

/// As many decimals as a value has, to four.
fn decimals(value: f64) -> u8 {
    let enough =
        |places: &u8| round_half_up(value, *places).is_ok_and(|shown| (shown - value).abs() < 1e-9);
    (0..4).find(enough).unwrap_or(4)
}

fn methods(view: NeedsView<'_>) -> Result<Section, DocumentError> {
    let level = view.level();
    let section = Section::new("Methods")
        .paragraph(
            Text::from("Children of neighbourhoods. ")
                .then(
                    "Residents of each ethnic group at the census of 2021 are fitted to the authority’s children by ethnic group \
                     and to the neighbourhood’s children by age, in turn until both hold (iterative proportional fitting, ",
                )
                .link("Deming and Stephan 1940", "https://doi.org/10.1214/aoms/1177731829")
                .then(")."),
        )
        .paragraph(
            Text::from(
                "Expected numbers. Rates by tenth of deprivation, age and ethnic group are fitted to England’s counts and to the \
                 gradient between authorities, and multiplied with the children of each neighbourhood: a synthetic estimate \
                 that borrows everything but its children from elsewhere. It is then scaled to what the program’s model expects \
                 of the authority, and to what the authority counted (",
            )
            .link("Rao and Molina 2015, chapters 3 and 6", "https://doi.org/10.1002/9781118735855")
            .then("). Neighbourhoods add up to the authority in each way, and authorities to England in the first."),
        )
        .paragraph(format!(
            "Intervals. Everything that is uncertain is drawn many times: the fits, England’s counts, children by ethnic group. \
             The {level} interval leaves as many draws below it as above. Where a count of one year may lie also holds how much \
             neighbourhoods of one kind differ, and chance."
        ));
    let rates = rates(view)?;
    if rates.is_empty() {
        return Ok(section);
    }
    let below = Section::new("England’s rates that expected numbers are made with");
    Ok(section.section(rates.into_iter().fold(below, Section::table)))
}

/// England's shares along a characteristic, and what must be noted of them.
type Along = (Vec<EnglandShare>, Option<String>);

/// Rates per 10,000 children of England along one characteristic, needs side by side.
fn rates(view: NeedsView<'_>) -> Result<Vec<Table>, DocumentError> {
    let england: Vec<&EnglandNeed> = view.assessment().england.iter().collect();
    if england.is_empty() {
        return Ok(Vec::new());
    }
    let table = |what: &str, heads: &str, names: &[String], of: &dyn Fn(&EnglandNeed) -> Along| {
        let mut columns = vec![Column::new(heads)];
        let found: Vec<Along> = england.iter().map(|own| of(own)).collect();
        for (own, (_, note)) in england.iter().zip(&found) {
            let column = Column::new(view.short_title(own.need));
            columns.push(match note {
                Some(note) => column.note(format!("{}: {note}", view.title(own.need))),
                None => column,
            });
        }
        let row = |(at, name): (usize, &String)| {
            let rate = |(shares, _): &Along| {
                let share = shares.get(at).filter(|share| share.children > 0.0);
                share.map_or(Cell::Symbol(Symbol::NotAvailable), |share| {
                    Cell::number(share.expected / share.children * 10_000.0, 0)
                })
            };
            std::iter::once(Cell::from(name.clone()))
                .chain(found.iter().map(rate))
                .collect()
        };
        let rows = names.iter().enumerate().map(row).collect();
        Table::new(format!("England’s rates by {what}"), columns, rows)
            .map(|table| table.unit("per 10,000 children aged 0 to 17"))
    };
    let split = |what: &str, own: &EnglandNeed, year: Option<Period>| match year {
        Some(year) if year != own.period => Some(format!(
            "rates by {what} against one another are those of {year}."
        )),
        Some(_) => None,
        None => Some(format!(
            "no count by {what} is published, so rates differ only with what else differs."
        )),
    };
    Ok(vec![
        table(
            "deprivation",
            "Tenth of England’s neighbourhoods",
            &tenths(),
            &|own| {
                let note = match own.ratio_per_decile {
                    Some(ratio) => format!(
                        "fitted between authorities; each tenth has {} times the rate of the next less deprived one, before ages and \
                     ethnic groups.",
                        crate::format::grouped(ratio, 2)
                    ),
                    None => "no gradient was fitted.".to_owned(),
                };
                (own.by_decile.to_vec(), Some(note))
            },
        )?,
        table("age", "Age", &view.ages(), &|own| {
            (own.by_age.0.to_vec(), split("age", own, own.by_age.1))
        })?,
        table("ethnic group", "Ethnic group", &view.groups(), &|own| {
            (
                own.by_group.0.to_vec(),
                split("ethnic group", own, own.by_group.1),
            )
        })?,
    ])
}

/// The publications that figures come from, each once.
fn sources(view: NeedsView<'_>) -> Option<Section> {
    let indicators = &view.catalogue.indicators;
    let of_needs = view.needs().into_iter().flat_map(|need| match need {
        Need::Indicator(id) => vec![id],
        Need::FamilyHelpPlans => PLANS
            .iter()
            .filter_map(|name| indicators.id(name))
            .collect(),
        Need::FamilyHelpAllowance => Vec::new(),
    });
    let counts = of_needs.flat_map(|id| view.catalogue.tables.get(&id).into_iter().flatten());
    let tables: BTreeSet<&str> = counts.map(String::as_str).chain(TABLES).collect();
    let used = |source: &&Source| {
        source
            .tables
            .iter()
            .any(|table| tables.contains(table.as_str()))
    };
    let mut lines: BTreeMap<&str, (BTreeSet<String>, &Source)> = BTreeMap::new();
    for source in view.catalogue.sources.iter().filter(used) {
        let line = lines
            .entry(&source.publication)
            .or_insert_with(|| (BTreeSet::new(), source));
        line.0.insert(source.release.clone());
    }
    let said = lines.into_iter().map(|(publication, (releases, source))| {
        let releases: Vec<String> = releases.into_iter().collect();
        let words = format!(
            ", releases {}. {}.",
            releases.join(", "),
            source.licence.trim_end_matches('.')
        );
        let page = &source.origin.page;
        if page.starts_with("https://") || page.starts_with("http://") {
            Text::default().link(publication, page.clone()).then(words)
        } else {
            Text::from(publication).then(words)
        }
    });
    let said: Vec<Text> = said.collect();
    (!said.is_empty()).then(|| Section::new("Sources").list(said))
}

/// What must be said of the figures: of each kind what it means, what to do, and of what it is said.
fn caveats(view: NeedsView<'_>) -> Option<Section> {
    let mut kinds: BTreeMap<(u8, &str), Vec<&Issue>> = BTreeMap::new();
    for issue in issues_of(view.assessment(), view.take(), view.seen()) {
        // Warnings first.
        let order = u8::from(issue.code.severity() != disparity_core::Severity::Warning);
        kinds
            .entry((order, issue.code.as_str()))
            .or_default()
            .push(issue);
    }
    let said = kinds.values().filter_map(|issues| {
        let code = issues.first()?.code;
        let mut particulars: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for issue in issues {
            let of = particulars.entry(&issue.message).or_default();
            let title = needs_title(view, &issue.indicator);
            of.extend(title.filter(|title| !of.contains(title)));
        }
        let particulars = particulars.into_iter().map(|(message, titles)| {
            if titles.is_empty() {
                message.to_owned()
            } else if titles.len() == view.needs().len() {
                format!("{message} (every need)")
            } else {
                format!("{message} ({})", titles.join("; "))
            }
        });
        let particulars: Vec<String> = particulars.collect();
        let meaning = code.meaning().trim_end_matches('.');
        Some(Text::default().strong(format!("{meaning}.")).then(format!(
            " Here: {}. What to do: {}.",
            particulars.join("; "),
            code.hint()
        )))
    });
    let said: Vec<Text> = said.collect();
    (!said.is_empty()).then(|| Section::new("What must be said of these figures").list(said))
}

/// The title of the need that an issue names by its word.
fn needs_title<'a>(view: NeedsView<'a>, word: &str) -> Option<&'a str> {
    let found = view
        .needs()
        .into_iter()
        .find(|need| view.word(*need) == word);
    found.map(|need| view.title(need))
}
