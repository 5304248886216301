//! The page: one HTML file for a commissioner, an inspector and a researcher.
//!
//! The words are in `templates/index.html`; this module only fills them in.

use std::collections::{BTreeMap, BTreeSet};

use disparity_core::{
    Comparator, Concern, ExpectedModel, IndicatorId, IssueCode, Measure, Nation, Provenance,
    Severity, Unit,
};
use minijinja::value::Serde;
use minijinja::{Environment, Value};
use serde::Serialize;

pub(crate) mod authorities;
pub(crate) mod models;
mod tables;

use crate::charts::{Chart, DataTable, ethnicity, league, tiles};
use crate::format::{
    beyond_usual, certainty, change, grouped, reported, sentence, unit_words, with_interval,
};
use crate::profile::BEHIND;
use crate::view::View;
use authorities::Region;
use models::Given;

/// The page and the charts that stand beside it.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// `index.html`.
    pub html: String,
    /// Charts to be written under `charts/`.
    pub charts: Vec<Chart>,
}

/// A template that does not fit its data: a fault of the program, not of the input.
#[derive(Debug)]
pub struct RenderError(pub(crate) minijinja::Error);

impl std::fmt::Display for RenderError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "cannot render the page: {}", self.0)
    }
}

impl std::error::Error for RenderError {}

/// Draws every chart and fills in the page. `files` says by the names of tables what their CSV is called.
///
/// # Errors
/// [`RenderError`] if the template and its data do not fit.
pub fn render(view: View<'_>, files: &BTreeMap<&'static str, String>) -> Result<Page, RenderError> {
    let charted = charted(view);
    let mut charts = Vec::new();
    let sections: Vec<Section> = charted
        .iter()
        .filter_map(|id| section(view, *id, &mut charts))
        .collect();
    let groups: Vec<Figure> = ethnic_charts(view, &charted)
        .into_iter()
        .map(|chart| figure(chart, &mut charts))
        .collect();
    let given = models::given(view, &charted, &mut charts);
    let regions = authorities::regions(view, &charted, &mut charts);
    let content = Content {
        level: view.level(),
        certainty: certainty(view.levels()),
        usual: beyond_usual(view.levels()),
        version: env!("CARGO_PKG_VERSION"),
        synthetic: view.is_synthetic(),
        unprotected: view.unprotected(),
        unpublished: view.results().provenance != Provenance::Published,
        table: view.is_of_tables().then(|| tables::title(view)),
        headlines: headlines(view),
        by_group: tables::by_group(view),
        sections,
        groups,
        given,
        claims: models::claims(view),
        regions,
        behind: BEHIND
            .map(|model| sentence(&model.rests_on(view.nation())))
            .into(),
        issues: issues(view),
        indicators: definitions(view),
        sources: sources(view),
        chosen: view.plan.authorities.is_some(),
        files,
    };
    let html = environment(
        &[("index", include_str!("../../templates/index.html"))],
        view.nation(),
    )?
    .get_template("index")
    .and_then(|template| template.render(Value::from(Serde(&content))))
    .map_err(RenderError)?;
    Ok(Page { html, charts })
}

/// Words that the page and the site have both.
const SHARED: [(&str, &str); 3] = [
    ("notes", include_str!("../../templates/notes.html")),
    (
        "given_notes",
        include_str!("../../templates/given_notes.html"),
    ),
    (
        "given_question",
        include_str!("../../templates/given_question.html"),
    ),
];

/// Templates by their names, with those that are shared, for HTML.
///
/// Every template knows the nation (`nation`, `whose`), and whether its children are held of every year and its
/// authorities lie in regions and have neighbours, which is so of England alone (`every_year`).
pub(crate) fn environment(
    own: &[(&'static str, &'static str)],
    nation: Nation,
) -> Result<Environment<'static>, RenderError> {
    let mut environment = Environment::new();
    environment.add_global("nation", nation.name());
    environment.add_global("whose", nation.possessive());
    environment.add_global("every_year", nation.has_children_of_every_year());
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::Html);
    for (name, text) in own.iter().chain(&SHARED) {
        environment.add_template(name, text).map_err(RenderError)?;
    }
    Ok(environment)
}

/// What the template is filled with.
#[derive(Debug, Serialize)]
struct Content<'a> {
    /// The level of every interval on the page: `95%`.
    level: String,
    /// When a verdict is called more certain, where there are levels to tell.
    certainty: String,
    /// When it is called further out.
    usual: String,
    version: &'static str,
    synthetic: bool,
    /// Why nothing was withheld of records of children, if nothing was.
    unprotected: Option<&'a str>,
    unpublished: bool,
    /// The title of what was given, where all is of tables that somebody gave.
    table: Option<String>,
    by_group: Vec<DataTable>,
    headlines: Vec<Headline>,
    sections: Vec<Section>,
    groups: Vec<Figure>,
    given: Vec<Given>,
    claims: Option<DataTable>,
    regions: Vec<Region>,
    /// What the expectations behind the quoted one rest on, in the order of their columns.
    behind: Vec<String>,
    issues: Vec<IssueLine>,
    indicators: Vec<Definition>,
    sources: Vec<SourceLine>,
    /// Whether authorities were chosen, so that their parts stand open.
    chosen: bool,
    /// What the CSV of each table is called.
    files: &'a BTreeMap<&'static str, String>,
}

/// The first rate of each family that is compared: what the charts show. Of tables that somebody gave, everything.
pub(crate) fn charted(view: View<'_>) -> Vec<IndicatorId> {
    if view.is_of_tables() {
        return view.plan.compared.clone();
    }
    let mut families = BTreeSet::new();
    let rates = view
        .plan
        .compared
        .iter()
        .copied()
        .filter(|id| view.indicator(*id).unit() == Unit::Per10k);
    rates
        .filter(|id| families.insert(view.indicator(*id).family.clone()))
        .collect()
}

/// A chart in the page.
#[derive(Debug, Serialize)]
struct Figure {
    title: String,
    description: String,
    /// Empty where the page links to the file instead of holding the drawing.
    svg: String,
    file: String,
    table: DataTable,
    source: String,
}

fn figure(chart: Chart, charts: &mut Vec<Chart>) -> Figure {
    let figure = Figure {
        title: chart.title.clone(),
        description: chart.description.clone(),
        // The XML prologue, if there is one, does not belong inside HTML.
        svg: chart
            .svg
            .find("<svg")
            .map_or(String::new(), |at| chart.svg[at..].to_owned()),
        file: chart.file.clone(),
        table: chart.table.clone(),
        source: chart.source.clone(),
    };
    charts.push(chart);
    figure
}

/// One indicator's charts.
#[derive(Debug, Serialize)]
struct Section {
    id: String,
    title: String,
    definition: String,
    figures: Vec<Figure>,
}

fn section(view: View<'_>, indicator: IndicatorId, charts: &mut Vec<Chart>) -> Option<Section> {
    let period = view.last_period(indicator)?;
    let own = view.indicator(indicator);
    let map = tiles(view, indicator, period, ExpectedModel::NationalRate);
    let drawn = map.into_iter().chain([league(view, indicator, period)]);
    let figures = drawn.map(|chart| figure(chart, charts)).collect();
    Some(Section {
        id: own.name.clone(),
        title: own.title.clone(),
        definition: own.definition.clone(),
        figures,
    })
}

/// England by ethnic group for every charted indicator that has such counts, in its last year with
/// them; and each chosen authority's.
fn ethnic_charts(view: View<'_>, charted: &[IndicatorId]) -> Vec<Chart> {
    let mut places = if view.is_of_tables() {
        tables::places(view)
    } else {
        vec![view.national()]
    };
    places.extend(view.plan.authorities.iter().flatten().copied());
    let mut found = Vec::new();
    for indicator in charted {
        for place in &places {
            let chart = view
                .periods(*indicator)
                .into_iter()
                .rev()
                .find_map(|period| ethnicity(view, *indicator, period, *place));
            found.extend(chart);
        }
    }
    found
}

/// One line of England's headline table.
#[derive(Debug, Serialize)]
pub(crate) struct Headline {
    title: String,
    period: String,
    count: String,
    figure: String,
    unit: &'static str,
    year_before: String,
    five_years_before: String,
}

pub(crate) fn headlines(view: View<'_>) -> Vec<Headline> {
    let line = |id: IndicatorId| {
        let period = view.last_period(id)?;
        let own = view.indicator(id);
        let england = view.total(id, period, view.national())?;
        let change = |wanted: fn(Comparator) -> bool| {
            let by = |measure| view.compared(id, period, view.national(), measure, wanted);
            change(&by(Measure::Ratio), &by(Measure::Difference), own.unit())
        };
        Some(Headline {
            title: own.title.clone(),
            period: period.to_string(),
            count: reported(&england.numerator, |n| grouped(f64::from(*n), 0)),
            figure: reported(&england.outcome, |measured| with_interval(measured, own)),
            unit: unit_words(own.unit()),
            year_before: change(|comparator| matches!(comparator, Comparator::YearBefore(_))),
            five_years_before: change(|comparator| {
                matches!(comparator, Comparator::FiveYearsBefore(_))
            }),
        })
    };
    view.plan
        .compared
        .iter()
        .filter_map(|id| line(*id))
        .collect()
}

/// A kind of issue and how often it arose.
#[derive(Debug, Serialize)]
pub(crate) struct IssueLine {
    code: &'static str,
    severity: &'static str,
    rows: String,
    meaning: &'static str,
    hint: &'static str,
}

pub(crate) fn issues(view: View<'_>) -> Vec<IssueLine> {
    let mut rows: BTreeMap<IssueCode, u64> = BTreeMap::new();
    for estimate in &view.results().estimates {
        for code in estimate.issues.iter() {
            *rows.entry(code).or_default() += 1;
        }
    }
    // What concerns the count is counted with the estimates; here what concerns the expectation.
    let expected = view.results().expected.iter().map(|row| row.issues);
    let gradients = view.results().gradients.iter().map(|row| row.issues);
    for issues in expected.chain(gradients) {
        let of_expectation = |code: &IssueCode| code.concerns() == Concern::Expectation;
        for code in issues.iter().filter(of_expectation) {
            *rows.entry(code).or_default() += 1;
        }
    }
    for issue in &view.results().issues {
        rows.entry(issue.code).or_insert(issue.rows);
    }
    let mut lines: Vec<(Severity, IssueLine)> = rows
        .into_iter()
        .map(|(code, rows)| {
            let line = IssueLine {
                code: code.as_str(),
                severity: code.severity().as_str(),
                rows: grouped(rows as f64, 0),
                meaning: code.meaning(),
                hint: code.hint(),
            };
            (code.severity(), line)
        })
        .collect();
    lines.sort_by_key(|(severity, line)| (std::cmp::Reverse(*severity), line.code));
    lines.into_iter().map(|(_, line)| line).collect()
}

/// An indicator's definition.
#[derive(Debug, Serialize)]
pub(crate) struct Definition {
    name: String,
    title: String,
    words: String,
    unit: &'static str,
    timing: &'static str,
}

pub(crate) fn definitions(view: View<'_>) -> Vec<Definition> {
    view.plan
        .indicators
        .iter()
        .map(|id| {
            let own = view.indicator(*id);
            Definition {
                name: own.name.clone(),
                title: own.title.clone(),
                words: own.definition.clone(),
                unit: unit_words(own.unit()),
                timing: match own.timing {
                    disparity_core::Timing::AsAt => "at 31 March",
                    disparity_core::Timing::During => "in the year ending 31 March",
                },
            }
        })
        .collect()
}

/// A publication and its releases.
#[derive(Debug, Serialize)]
pub(crate) struct SourceLine {
    publication: String,
    tables: Vec<String>,
    licence: String,
}

pub(crate) fn sources(view: View<'_>) -> Vec<SourceLine> {
    let mut lines: BTreeMap<&str, SourceLine> = BTreeMap::new();
    for source in view
        .catalogue
        .sources
        .iter()
        .filter(|source| !source.tables.is_empty())
    {
        let line = lines
            .entry(&source.publication)
            .or_insert_with(|| SourceLine {
                publication: source.publication.clone(),
                tables: Vec::new(),
                licence: source.licence.clone(),
            });
        line.tables
            .push(format!("{}, release {}", source.table, source.release));
    }
    lines.into_values().collect()
}
