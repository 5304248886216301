//! What `comparators.md` asks: an analysis of invented counts of real authorities.

use std::sync::OnceLock;

use disparity_analysis::{Input, analyse};
use disparity_core::{
    AreaCode, Basis, Cell, CellKey, ChineseGroup, Comparator, Contrast, Cube, Denominator,
    ExpectedModel, GeographicLevel, IndicatorId, IssueSet, ModelYears, NeighbourModel, Period,
    Plan, Population, Populations, Provenance, Reported, Results, Span, Stratum, Symbol,
};
use disparity_published::{Loaded, load};

use crate::support::{built_in, plan_of};

/// Part of 200 plans each, in per cent with one decimal.
const PROPORTION: &str = "cpp_two_years_or_more";
/// A rate, of which 10 are expected for each 10,000 children.
const RATE: &str = "cpp_started";

fn loaded() -> &'static Loaded {
    static LOADED: OnceLock<Loaded> = OnceLock::new();
    LOADED.get_or_init(|| load(&built_in(), ChineseGroup::Asian).unwrap().output)
}

fn year() -> Period {
    Period::ending(2024).unwrap()
}

/// A count of the documents: a number, or the symbol that stands for it.
fn count(text: &str) -> Reported<u32> {
    match text.trim() {
        "c" => Reported::Symbol(Symbol::Confidential),
        "x" => Reported::Symbol(Symbol::NotAvailable),
        number => Reported::Value(number.parse().unwrap()),
    }
}

fn counts(text: &str) -> Vec<Reported<u32>> {
    text.split(',').map(count).collect()
}

fn analysed(name: &str, whole: f64, of: &[(AreaCode, Reported<u32>)]) -> (Results, IndicatorId) {
    let catalogue = &loaded().catalogue;
    let id = catalogue.indicators.id(name).unwrap();
    let key = |area| CellKey {
        indicator: id,
        period: year(),
        area,
        stratum: Stratum::TOTAL,
    };
    let basis = Basis::Children0To17 {
        mid_year: year().population_year(),
    };
    let denominator = Denominator {
        value: Reported::Value(whole),
        basis,
    };
    let cells = of.iter().map(|(area, numerator)| Cell {
        key: key(*area),
        numerator: *numerator,
        denominator,
        issues: IssueSet::EMPTY,
    });
    let children = of.iter().map(|(area, _)| {
        let population = Population {
            denominator,
            issues: IssueSet::EMPTY,
        };
        ((year(), *area, Stratum::TOTAL), population)
    });
    let plan = Plan {
        modelled: Vec::new(),
        model_years: ModelYears::None,
        ..plan_of(vec![id])
    };
    let results = analyse(Input {
        cube: &Cube::new(cells.collect()).unwrap(),
        populations: &children.collect::<Populations>(),
        catalogue,
        plan: &plan,
        provenance: Provenance::Published,
    });
    (results, id)
}

/// An authority, and its ten neighbours, none of them tiny.
fn with_neighbours() -> (AreaCode, Vec<AreaCode>) {
    let areas = &loaded().catalogue.areas;
    let own: AreaCode = "E08000003".parse().unwrap();
    let list = areas.neighbours(NeighbourModel(2025), own);
    let neighbours: Vec<AreaCode> = list.iter().map(|neighbour| neighbour.area).collect();
    assert_eq!(neighbours.len(), 10);
    assert!(
        neighbours
            .iter()
            .all(|area| !areas.get(*area).unwrap().tiny)
    );
    (own, neighbours)
}

fn contrast(
    results: &Results,
    id: IndicatorId,
    area: AreaCode,
    comparator: Comparator,
) -> Contrast {
    let key = CellKey {
        indicator: id,
        period: year(),
        area,
        stratum: Stratum::TOTAL,
    };
    let found = results.contrasts_of(&key).iter();
    *found
        .clone()
        .find(|row| row.comparator == comparator)
        .unwrap()
}

fn percent(value: f64) -> String {
    format!("{:.1}", (value * 1_000.0 + 1e-9).round() / 10.0)
}

fn of_neighbours(text: &str, comparator: Comparator) -> String {
    let (own, neighbours) = with_neighbours();
    let mut cells: Vec<(AreaCode, Reported<u32>)> =
        neighbours.into_iter().zip(counts(text)).collect();
    cells.push((own, Reported::Value(7)));
    let (results, id) = analysed(PROPORTION, 200.0, &cells);
    let found = contrast(&results, id, own, comparator);
    let Some(neighbours) = found.neighbours else {
        return format!("[{}]", found.comparator_value.symbol().unwrap());
    };
    // A figure has a ratio, and bounds have none.
    assert_eq!(
        found.outcome.is_value(),
        found.comparator_value.value().is_some_and(|v| v > 0.0)
    );
    let figure = match found.comparator_value {
        Reported::Value(value) => percent(value) + "%",
        Reported::Symbol(_) => format!(
            "{}% to {}%",
            percent(neighbours.bounds.low),
            percent(neighbours.bounds.high)
        ),
    };
    let in_set = neighbours.with_data + neighbours.withheld;
    match neighbours.withheld {
        0 => format!("{figure} ({in_set} of 10)"),
        withheld => format!("{figure} ({in_set} of 10, {withheld} withheld)"),
    }
}

pub(super) fn median(neighbours: &str) -> String {
    of_neighbours(neighbours, Comparator::NeighbourMedian)
}

pub(super) fn mean(neighbours: &str) -> String {
    of_neighbours(neighbours, Comparator::NeighbourMean)
}

/// The bounds of a withheld count: those of the mean of an authority whose neighbours are it alone.
pub(super) fn withheld(region: &str, authorities: &str) -> String {
    let areas = &loaded().catalogue.areas;
    let (own, neighbours) = with_neighbours();
    let asked = neighbours[0];
    let home = areas.get(asked).unwrap().region.unwrap();
    let others = areas.entities().filter(|area| {
        area.level == GeographicLevel::LocalAuthority
            && area.region == Some(home)
            && areas.exists_at(area.code, year())
            && area.code != own
            && !neighbours.contains(&area.code)
    });
    let mut others = others.map(|area| area.code);
    let mut first = true;
    let mut cells = Vec::new();
    for count in counts(authorities) {
        let hidden = count == Reported::Symbol(Symbol::Confidential);
        let area = if hidden && first {
            asked
        } else {
            others.next().unwrap()
        };
        first &= !hidden;
        cells.push((area, count));
    }
    if region != "none" {
        cells.push((home, count(region)));
    }
    // Its own count is none of the region's.
    let outside = areas.get(own).unwrap().region != Some(home);
    cells.push((
        own,
        if outside {
            Reported::Value(7)
        } else {
            Reported::Value(0)
        },
    ));
    let (results, id) = analysed(PROPORTION, 1_000.0, &cells);
    let found = contrast(&results, id, own, Comparator::NeighbourMean);
    let ends = found.neighbours.unwrap().bounds;
    let [low, high] = [ends.low, ends.high].map(|end| (end * 1_000.0).round().to_string());
    if low == high {
        low
    } else {
        format!("{low} to {high}")
    }
}

pub(super) fn rank(all: &str, asked: &str) -> String {
    let areas = &loaded().catalogue.areas;
    let authorities = areas.entities().filter(|area| {
        area.level == GeographicLevel::LocalAuthority
            && !area.tiny
            && areas.exists_at(area.code, year())
    });
    let mut cells: Vec<(AreaCode, Reported<u32>)> =
        authorities.map(|area| area.code).zip(counts(all)).collect();
    let wanted = count(asked);
    let own = cells.iter().find(|(_, count)| *count == wanted).unwrap().0;
    // England's rate is 10 for each 10,000 children.
    cells.push((AreaCode::ENGLAND, Reported::Value(10)));
    let (results, id) = analysed(RATE, 10_000.0, &cells);
    let span = Span::year(year());
    let row = results
        .expected_for(id, span, own, ExpectedModel::NationalRate)
        .unwrap();
    let rank = row.rank.value().unwrap();
    assert!(rank.low <= rank.rank && rank.last <= rank.high && rank.high <= rank.of);
    let fifth = match (row.fifth, row.fifths.unwrap()) {
        (Reported::Value(fifth), (low, high)) => {
            assert_eq!((low, high), (fifth, fifth));
            fifth.to_string()
        }
        (Reported::Symbol(_), (low, high)) => format!("{low} or {high}"),
    };
    format!("rank {} of {}, fifth {fifth}", rank.words(), rank.of)
}
