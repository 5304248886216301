//! What is expected of the authority and of its parts.

use std::collections::BTreeSet;

use disparity_core::document::{Block, Cell, Column, DocumentError, Section, Table};
use disparity_core::needs::{Likely, Need, Part, Way};
use disparity_core::{Interval, Reported, Symbol};

use super::rounded::{ADDING_UP, NOT_ADDING_UP};
use super::{NeedsView, dots, outlines, people, sentences, tiles};

/// Where the rest is.
const TIDY: &str = "Every need, each way and lower layer super output areas are in the tidy tables that come with this document.";

/// The section of the authority.
pub(super) fn of_authority(
    view: NeedsView<'_>,
    section: Section,
) -> Result<Section, DocumentError> {
    let needs = view.needs();
    if needs.is_empty() {
        return Ok(section.paragraph("Nothing is expected, as no count of England is known."));
    }
    let section = section
        .paragraph(
            "Three ways of expecting need answer three questions. At England’s rates: how many there would be if children of \
             each age, ethnic group and tenth of deprivation were in need as often as in England. Of authorities like it: how \
             many the fitted model expects of an authority in these circumstances. Shared out from the count: where the \
             children whom the authority counted would live if they were spread as at England’s rates; added up it is the \
             count.",
        )
        .table(number_table(view, &needs)?)
        .table(seen_table(view, &needs)?);
    Ok(section)
}

/// The three figures of an interval: nothing but symbols where there is none.
fn figures(number: Reported<Likely>, ends: fn(&Likely) -> Interval) -> [Cell; 3] {
    match number {
        Reported::Value(own) => {
            let ends = ends(&own);
            [own.expected, ends.low, ends.high].map(|figure| Cell::number(figure, 0))
        }
        Reported::Symbol(symbol) => [symbol; 3].map(Cell::Symbol),
    }
}

fn number_table(view: NeedsView<'_>, needs: &[Need]) -> Result<Table, DocumentError> {
    let level = view.level();
    let row = |need: &Need| {
        let mut row: Vec<Cell> = vec![
            view.title(*need).into(),
            match view.of_different_years(*need) {
                Some(_) => view.years(*need).into(),
                None => Cell::Numeral(i32::from(view.year(*need))),
            },
        ];
        for way in [Way::EnglandRates, Way::AsExpected] {
            let own = view.likely(*need, way, Part::Authority);
            row.extend(figures(own, |own| own.intervals.shown()));
        }
        row.push(Cell::reported(view.counted(*need).map(f64::from), 0));
        row
    };
    let columns = vec![
        Column::new("Need"),
        Column::new("Year to 31 March"),
        Column::new("At England’s rates"),
        Column::new("England’s rates: from"),
        Column::new("England’s rates: to"),
        Column::new("Of authorities like it"),
        Column::new("Authorities like it: from"),
        Column::new("Authorities like it: to"),
        Column::new("Counted"),
    ];
    let caption = format!(
        "Expected and counted in {}, with {level} intervals",
        view.authority()
    );
    let mut table = Table::new(caption, columns, needs.iter().map(row).collect())?
        .note("Intervals say where the expected number may lie.");
    if needs.contains(&Need::FamilyHelpPlans) {
        table = table.note(family_help(view));
    }
    Ok(table)
}

/// What the Family Help cohort is made of.
fn family_help(view: NeedsView<'_>) -> String {
    let indicators = &view.catalogue.indicators;
    let counts = match view.of_different_years(Need::FamilyHelpPlans) {
        None => "counts of child in need plans and of protection plans are added.".to_owned(),
        Some(added) => {
            let each = added.iter().map(|(id, period)| {
                let title = &indicators.get(*id).title;
                format!("“{title}” of {}", period.year())
            });
            let each: Vec<String> = each.collect();
            format!(
                "counts of different years are added, the latest that is published of each: {}.",
                each.join(" and ")
            )
        }
    };
    format!("Family Help: {counts} The allowance is of all children and an assumption.")
}

/// Where a count may lie if all of it holds.
fn seen_table(view: NeedsView<'_>, needs: &[Need]) -> Result<Table, DocumentError> {
    let row = |need: &Need| {
        let mut row: Vec<Cell> = vec![view.title(*need).into()];
        for way in [Way::EnglandRates, Way::AsExpected] {
            let own = view.likely(*need, way, Part::Authority);
            let [_, low, high] = figures(own, |own| own.seen.shown());
            row.extend([low, high]);
        }
        row.push(Cell::reported(view.counted(*need).map(f64::from), 0));
        row
    };
    let columns = vec![
        Column::new("Need"),
        Column::new("England’s rates: from"),
        Column::new("England’s rates: to"),
        Column::new("Authorities like it: from"),
        Column::new("Authorities like it: to"),
        Column::new("Counted"),
    ];
    let caption = format!(
        "Where a count of one year in {} would lie, {} of the time",
        view.authority(),
        view.level()
    );
    Ok(Table::new(caption, columns, needs.iter().map(row).collect())?.note(
        "Holds chance and differences between neighbourhoods too. It does not hold how authorities alike in what the model knows \
         differ, so a count outside it is not by itself unusual among authorities.",
    ))
}

/// What heads the rows of a table of parts.
struct Heads<'a> {
    /// The heading of their names.
    name: &'a str,
    /// Of what in captions: `team`.
    kind: &'a str,
    /// Columns between the name and the figures.
    more: Vec<Column>,
    /// The cells in them.
    cells: &'a dyn Fn(Part) -> Vec<Cell>,
}

/// One need by part: at England's rates and shared out from the count, each adding up to the authority's.
fn part_table(
    view: NeedsView<'_>,
    need: Need,
    parts: &[Part],
    heads: &Heads<'_>,
) -> Result<Table, DocumentError> {
    let level = view.level();
    let shared_out = view.likely(need, Way::Benchmarked, Part::Authority);
    let is_shared = shared_out != Reported::Symbol(Symbol::NotApplicable);
    let mut ways = vec![Way::EnglandRates];
    ways.extend(is_shared.then_some(Way::Benchmarked));
    let whole: Vec<_> = ways
        .iter()
        .map(|way| view.whole_expected(need, *way, parts))
        .collect();
    let children = view.whole_children(parts);
    let absent = Reported::Symbol(Symbol::NotAvailable);
    let row = |part: Part, total: bool| {
        let mut row: Vec<Cell> = vec![view.part_name(part).into()];
        if total {
            row.extend(heads.more.iter().map(|_| Cell::from("all")));
        } else {
            row.extend((heads.cells)(part));
        }
        let living = if total {
            view.children(part)
                .map_or(absent, |own| Reported::Value(own.children))
        } else {
            children.get(part).unwrap_or(absent)
        };
        row.push(Cell::reported(living, 0));
        for (way, whole) in ways.iter().zip(&whole) {
            let own = view.likely(need, *way, part);
            let [number, low, high] = figures(own, |own| own.intervals.shown());
            let rounded = whole.get(part).map(|figure| Cell::reported(figure, 0));
            row.extend([rounded.unwrap_or(number), low, high]);
        }
        row
    };
    let mut rows: Vec<Vec<Cell>> = parts.iter().map(|part| row(*part, false)).collect();
    rows.push(row(Part::Authority, true));
    let mut columns = vec![Column::new(heads.name)];
    columns.extend(heads.more.iter().cloned());
    columns.push(Column::new("Children"));
    columns.extend(
        [
            "At England’s rates",
            "England’s rates: from",
            "England’s rates: to",
        ]
        .map(Column::new),
    );
    if is_shared {
        let all = [
            "Shared out from the count",
            "Shared out: from",
            "Shared out: to",
        ];
        columns.extend(all.map(Column::new));
    }
    let caption = format!(
        "{} by {}, {}, {}, with {level} intervals",
        view.title(need),
        heads.kind,
        view.authority(),
        view.years(need)
    );
    let exact = children.exact && whole.iter().all(|whole| whole.exact);
    let mut table =
        Table::new(caption, columns, rows)?.note(if exact { ADDING_UP } else { NOT_ADDING_UP });
    if let Some(note) = factor(view, need) {
        table = table.note(note);
    }
    Ok(table)
}

/// How the third way follows from the first.
fn factor(view: NeedsView<'_>, need: Need) -> Option<String> {
    let of = |way| {
        view.likely(need, way, Part::Authority)
            .value()
            .map(|own| own.expected)
    };
    let (at_rates, like_it) = (of(Way::EnglandRates)?, of(Way::AsExpected)?);
    (at_rates > 0.0).then(|| {
        format!(
            "{}: as expected of authorities like it, each number is {} times that at England’s rates.",
            view.title(need),
            crate::format::grouped(like_it / at_rates, 2)
        )
    })
}

/// The needs of the tables of many parts: children in need and children on plans.
fn main_needs(view: NeedsView<'_>) -> Vec<Need> {
    let plans = view
        .needs()
        .into_iter()
        .filter(|need| *need == Need::FamilyHelpPlans);
    view.in_need().into_iter().chain(plans).collect()
}

/// The section of teams; none without teams.
pub(super) fn by_team(
    view: NeedsView<'_>,
    section: Section,
) -> Result<Option<Section>, DocumentError> {
    let teams = view.parts(|part| matches!(part, Part::Team(_)));
    let Some(who) = sentences::whose_teams(view).filter(|_| !teams.is_empty()) else {
        return Ok(None);
    };
    let mut section = section.paragraph(format!(
        "Figures are of {who}. Names of teams that were proposed are of a place in them and can be changed."
    ));
    if let Some(said) = view.in_need().and_then(|need| sentences::teams(view, need)) {
        section = section.paragraph(said);
    }
    let map = match outlines::teams(view)? {
        Some(map) => Some(map),
        None => tiles::teams(view)?,
    };
    section.blocks.extend(map.map(Block::Figure));
    if let Some(need) = view.in_need() {
        section
            .blocks
            .extend(dots::by_team(view, need, &teams)?.map(Block::Figure));
    }
    let residents = |part: Part| {
        let number = match part {
            Part::Team(at) => view.residents(at),
            _ => None,
        };
        vec![number.map_or(Cell::Symbol(Symbol::NotAvailable), Cell::count)]
    };
    for need in view.needs() {
        let heads = Heads {
            name: "Team",
            kind: "team",
            more: Vec::new(),
            cells: &|_| Vec::new(),
        };
        section = section.table(part_table(view, need, &teams, &heads)?);
    }
    section = section.table(residents_table(view, &teams, &residents)?);
    section
        .blocks
        .extend(people::groups_by_team(view, &teams)?.map(Block::Table));
    Ok(Some(section))
}

/// Residents and children of teams.
fn residents_table(
    view: NeedsView<'_>,
    teams: &[Part],
    residents: &dyn Fn(Part) -> Vec<Cell>,
) -> Result<Table, DocumentError> {
    let children = view.whole_children(teams);
    let absent = Reported::Symbol(Symbol::NotAvailable);
    let rows = teams.iter().map(|part| {
        let own = view.children(*part);
        let neighbourhoods = match part {
            Part::Team(at) => view.team(*at).map(|team| team.neighbourhoods.len()),
            _ => None,
        };
        let neighbourhoods = neighbourhoods.and_then(|number| u32::try_from(number).ok());
        let mut row: Vec<Cell> = vec![view.part_name(*part).into()];
        row.push(neighbourhoods.map_or(Cell::Symbol(Symbol::NotAvailable), Cell::count));
        row.extend(residents(*part));
        row.push(Cell::reported(children.get(*part).unwrap_or(absent), 0));
        let share = own
            .filter(|own| own.children > 0.0)
            .map(|own| own.by_decile[0] / own.children * 100.0);
        row.push(share.map_or(Cell::Symbol(Symbol::NotAvailable), |share| {
            Cell::number(share, 1)
        }));
        row
    });
    let columns = vec![
        Column::new("Team"),
        Column::new("Neighbourhoods"),
        Column::new("Residents, census 2021"),
        Column::new("Children"),
        Column::new("Children in the most deprived tenth (%)"),
    ];
    Table::new(
        format!("Who lives in each team’s area, {}", view.authority()),
        columns,
        rows.collect(),
    )
}

/// Parts in order of their names.
fn by_name(view: NeedsView<'_>, mut parts: Vec<Part>) -> Vec<Part> {
    parts.sort_by_cached_key(|part| (view.part_name(*part), *part));
    parts
}

/// The section of wards; none without them.
pub(super) fn by_ward(
    view: NeedsView<'_>,
    section: Section,
) -> Result<Option<Section>, DocumentError> {
    let wards = by_name(view, view.parts(|part| matches!(part, Part::Ward(_))));
    if wards.is_empty() {
        return Ok(None);
    }
    let places = view.neighbourhoods.places();
    let district = |part: Part| match part {
        Part::Ward(code) => places.wards.get(&code).map(|own| own.district),
        _ => None,
    };
    let districts: BTreeSet<_> = wards.iter().filter_map(|part| district(*part)).collect();
    let many = districts.len() > 1;
    let cells = |part: Part| -> Vec<Cell> {
        let found = district(part).and_then(|code| places.districts.get(&code));
        let name = found.map_or(Cell::Symbol(Symbol::NotAvailable), |own| {
            own.name.clone().into()
        });
        many.then_some(name).into_iter().collect()
    };
    let mut section = section.paragraph(format!(
        "Wards of 2024, each made of the lower layer super output areas that fit it best, so that figures are not quite of \
         the ward. {TIDY}"
    ));
    for need in main_needs(view) {
        let heads = Heads {
            name: "Ward",
            kind: "ward",
            more: many.then(|| Column::new("District")).into_iter().collect(),
            cells: &cells,
        };
        section = section.table(part_table(view, need, &wards, &heads)?);
    }
    Ok(Some(section))
}

/// The section of middle layer areas; none without them.
pub(super) fn by_msoa(
    view: NeedsView<'_>,
    section: Section,
) -> Result<Option<Section>, DocumentError> {
    let msoas = by_name(view, view.parts(|part| matches!(part, Part::Msoa(_))));
    if msoas.is_empty() {
        return Ok(None);
    }
    let cells = |part: Part| match part {
        Part::Msoa(code) => vec![code.to_string().into()],
        _ => Vec::new(),
    };
    let mut section = section.paragraph(format!(
        "Middle layer super output areas of 2021, with the names that the House of Commons Library gives them. {TIDY}"
    ));
    for need in main_needs(view) {
        let heads = Heads {
            name: "Area",
            kind: "middle layer super output area",
            more: vec![Column::new("Code")],
            cells: &cells,
        };
        section = section.table(part_table(view, need, &msoas, &heads)?);
    }
    Ok(Some(section))
}

/// The appendix of lower layer areas; none without them.
pub(super) fn by_neighbourhood(
    view: NeedsView<'_>,
    section: Section,
) -> Result<Option<Section>, DocumentError> {
    let lsoas = view.parts(|part| matches!(part, Part::Neighbourhood(_)));
    let Some(need) = view.in_need().filter(|_| !lsoas.is_empty()) else {
        return Ok(None);
    };
    let cells = |part: Part| match part {
        Part::Neighbourhood(code) => {
            let msoa = view
                .neighbourhoods
                .get(code)
                .map(|own| view.part_name(Part::Msoa(own.msoa)));
            let msoa = msoa.map_or(Cell::Symbol(Symbol::NotAvailable), Cell::from);
            vec![code.to_string().into(), msoa]
        }
        _ => Vec::new(),
    };
    let heads = Heads {
        name: "Neighbourhood",
        kind: "lower layer super output area",
        more: vec![Column::new("Code"), Column::new("Middle layer area")],
        cells: &cells,
    };
    let section = section.paragraph(format!(
        "Lower layer super output areas of 2021, of about 1,000 to 3,000 residents. Few children are expected in each, so that \
         chance moves them most. {TIDY}"
    ));
    Ok(Some(section.table(part_table(view, need, &lsoas, &heads)?)))
}
