//! Pages of a nation whose children are held of some years only, and whose counts are rounded: Wales. A page of the
//! nation and one of each authority stand on counts of every year, with rates where there are children to divide by.
//!
//! They have no neighbours, regions or ethnic groups' rates to show, because none are published; what differs from
//! England is said on each.

use disparity_core::{
    Area, AreaCode, Basis, Comparator, Dimension, Estimate, IndicatorId, IssueCode, IssueSet,
    Measure, Nation, Period, Reported, Rounding, Stratum, StructuralModel, Term,
};
use serde::Serialize;

use super::authority::against_usual;
use super::figure::Figure;
use super::words::{Place, Sentence};
use super::{Link, Site, england, findings};
use crate::format::{grouped, reported, with_interval};
use crate::page::authorities::ExpectedRow;
use crate::page::{Headline, headlines};
use crate::profile::{Row, Years, profile};
use crate::view::View;

/// What stands on the nation's page.
#[derive(Debug, Serialize)]
pub(super) struct NationPage {
    findings: Vec<Sentence>,
    headlines: Vec<Headline>,
    years: Vec<Year>,
    variation: Vec<Variation>,
    claim: Option<Claim>,
    issues: Vec<Said>,
    authorities: Vec<Link>,
}

/// What stands on an authority's page.
#[derive(Debug, Serialize)]
pub(super) struct AuthorityPage {
    name: String,
    code: String,
    also: Vec<String>,
    findings: Vec<Sentence>,
    position: Option<Figure>,
    expected: Vec<ExpectedRow>,
    years: Vec<Year>,
    groups: Vec<Group>,
    groups_years: Vec<String>,
    issues: Vec<Said>,
}

/// One year of an area.
#[derive(Debug, Serialize)]
struct Year {
    period: String,
    count: String,
    /// What may have been counted.
    between: String,
    /// The children that it is divided by, and at which mid-year.
    children: String,
    children_of: String,
    figure: String,
}

/// How much of the variation between authorities goes with deprivation in a year.
#[derive(Debug, Serialize)]
struct Variation {
    period: String,
    authorities: String,
    rates: String,
    logs: String,
}

/// What a document says of it.
#[derive(Debug, Serialize)]
struct Claim {
    said: String,
    document: String,
    why: String,
}

/// Counts of one ethnic group.
#[derive(Debug, Serialize)]
struct Group {
    label: String,
    counts: Vec<String>,
}

/// What must be said.
#[derive(Debug, Serialize)]
struct Said {
    code: &'static str,
    severity: &'static str,
    words: String,
    hint: &'static str,
}

impl Said {
    fn of(code: IssueCode, words: &str) -> Self {
        Self {
            code: code.as_str(),
            severity: code.severity().as_str(),
            words: words.to_owned(),
            hint: code.hint(),
        }
    }
}

pub(super) fn nation(site: &Site<'_>) -> NationPage {
    let view = site.view;
    let own = view.catalogue.areas.get(view.national());
    let findings = own.map_or_else(Vec::new, |own| {
        let rows = profile(view, own, Years::Last);
        let mut all = findings::of_england(view, &site.charted, &rows, own);
        all.extend(
            rows.first()
                .and_then(|row| since_first(view, row, own.code)),
        );
        all
    });
    let first = site.charted.first().copied();
    let claims = &view.catalogue.claims;
    NationPage {
        findings,
        headlines: headlines(view),
        years: first.map_or_else(Vec::new, |id| years(view, id, view.national())),
        variation: first.map_or_else(Vec::new, |id| variation(view, id)),
        claim: claims.first().map(|claim| Claim {
            said: claim.said.clone(),
            document: claim.document.clone(),
            why: claim.why.clone(),
        }),
        issues: run_issues(view),
        authorities: site
            .authorities
            .iter()
            .map(|area| england::link(area))
            .collect(),
    }
}

pub(super) fn authority(site: &Site<'_>, area: &Area) -> AuthorityPage {
    let view = site.view;
    let rows = profile(view, area, Years::Last);
    let (expected, position) = against_usual(view, area, &rows);
    let mut findings = findings::of_authority(view, area, &site.charted, &rows);
    findings.extend(
        rows.first()
            .and_then(|row| since_first(view, row, area.code)),
    );
    let first = site.charted.first().copied();
    let with_groups = first.map_or_else(Vec::new, |id| years_with_groups(view, id, area.code));
    AuthorityPage {
        name: area.name.clone(),
        code: area.code.to_string(),
        also: view.catalogue.areas.also_called(area.code).to_vec(),
        findings,
        position,
        expected,
        years: first.map_or_else(Vec::new, |id| years(view, id, area.code)),
        groups: first.map_or_else(Vec::new, |id| groups(view, id, area.code, &with_groups)),
        groups_years: with_groups.iter().map(ToString::to_string).collect(),
        issues: own_issues(&rows),
    }
}

/// How the count has changed since the first year that is held; nothing where its interval holds none.
fn since_first(view: View<'_>, row: &Row<'_>, area: AreaCode) -> Option<Sentence> {
    let first = |found| matches!(found, Comparator::FirstYear(_));
    let found = view.contrast(row.indicator, row.period, area, Measure::CountRatio, first)?;
    let Comparator::FirstYear(year) = found.comparator else {
        return None;
    };
    let measured = found.outcome.value()?;
    let ends = measured.intervals.shown();
    if ends.low <= 1.0 && 1.0 <= ends.high {
        return None;
    }
    let place = Place {
        indicator: view.indicator(row.indicator),
        period: row.period,
        area,
    };
    let marked = place.contrast("Total", found.comparator.as_str(), Measure::CountRatio);
    Some(
        Sentence::of(format!(
            "From {year} to {} the count changed by ",
            row.period
        ))
        .change(&measured, marked)
        .words("."),
    )
}

/// Every year with a count, the last first.
fn years(view: View<'_>, id: IndicatorId, area: AreaCode) -> Vec<Year> {
    let own = view.indicator(id);
    let periods = view.periods(id).into_iter().rev();
    let rows = periods.filter_map(|period| view.total(id, period, area));
    rows.map(|row| Year {
        period: row.key.period.to_string(),
        count: reported(&row.numerator, |n| grouped(f64::from(*n), 0)),
        between: between(row),
        children: reported(&row.denominator.value, |children| grouped(*children, 0)),
        children_of: match (row.denominator.basis, row.denominator.value) {
            (Basis::Children0To17 { mid_year }, Reported::Value(_)) => {
                format!("mid-{}", mid_year.0)
            }
            _ => String::new(),
        },
        figure: reported(&row.outcome, |found| with_interval(found, own)),
    })
    .collect()
}

/// What may stand behind a printed count.
fn between(row: &Estimate) -> String {
    let Some(count) = row.numerator.value() else {
        return String::new();
    };
    if row.issues.contains(IssueCode::DerivedCount) {
        return "worked out from rounded counts".to_owned();
    }
    if !row.issues.contains(IssueCode::RoundedTo5) {
        return "as counted".to_owned();
    }
    let rounding = Rounding::to_nearest(5);
    let [least, most] =
        [rounding.least(count), rounding.most(count)].map(|n| grouped(f64::from(n), 0));
    format!("{least} to {most}")
}

/// What the fits of each year say of deprivation.
fn variation(view: View<'_>, id: IndicatorId) -> Vec<Variation> {
    let percent = |share: f64| format!("{}%", grouped(share * 100.0, 0));
    let periods = view.periods(id).into_iter().rev();
    let fits = periods
        .filter_map(|period| Some((period, view.fit(id, period, StructuralModel::Deprivation)?)));
    let term = |fit: &disparity_core::Fit, wanted: Term| {
        let found = fit.terms.iter().find(|(term, _)| *term == wanted);
        let found = found.map_or(
            Reported::Symbol(disparity_core::Symbol::NotAvailable),
            |found| found.1,
        );
        reported(&found, |found| {
            let ends = found.intervals.shown();
            format!(
                "{} ({} to {})",
                percent(found.value),
                percent(ends.low),
                percent(ends.high)
            )
        })
    };
    fits.map(|(period, fit)| Variation {
        period: period.to_string(),
        authorities: fit.areas.to_string(),
        rates: term(fit, Term::RSquaredRate),
        logs: term(fit, Term::RSquared),
    })
    .collect()
}

/// The years in which an area has a count, or a symbol, of an ethnic group.
fn years_with_groups(view: View<'_>, id: IndicatorId, area: AreaCode) -> Vec<Period> {
    let list = view.catalogue.dimensions.list(Dimension::EthnicityMajor);
    let mut periods = view.periods(id);
    periods.retain(|period| {
        list.iter().any(|(group, _)| {
            let stratum = Stratum::TOTAL.with(Dimension::EthnicityMajor, group);
            view.estimate(id, *period, area, stratum).is_some()
        })
    });
    periods
}

fn groups(view: View<'_>, id: IndicatorId, area: AreaCode, periods: &[Period]) -> Vec<Group> {
    let list = view.catalogue.dimensions.list(Dimension::EthnicityMajor);
    let count = |group, period: &Period| {
        let stratum = Stratum::TOTAL.with(Dimension::EthnicityMajor, group);
        view.estimate(id, *period, area, stratum)
            .map_or(String::new(), |row| {
                reported(&row.numerator, |n| grouped(f64::from(*n), 0))
            })
    };
    let rows = list.iter().map(|(group, category)| Group {
        label: category.label.clone(),
        counts: periods.iter().map(|period| count(group, period)).collect(),
    });
    if periods.is_empty() {
        Vec::new()
    } else {
        rows.collect()
    }
}

/// What must be said of the run, in its own words.
fn run_issues(view: View<'_>) -> Vec<Said> {
    let mut issues: Vec<_> = view.results().issues.iter().collect();
    issues.sort_by_key(|issue| std::cmp::Reverse(issue.code.severity()));
    let said = issues
        .into_iter()
        .map(|issue| Said::of(issue.code, &issue.message));
    said.collect()
}

/// What must be said of an authority's figures of the last year; that the nations differ always.
fn own_issues(rows: &[Row<'_>]) -> Vec<Said> {
    let quoted = |row: &Row<'_>| row.quoted.map_or(IssueSet::EMPTY, |own| own.issues);
    let own = rows
        .iter()
        .fold(IssueSet::EMPTY, |all, row| {
            all.union(row.issues).union(quoted(row))
        })
        .without(IssueCode::NationsDiffer);
    let mut codes: Vec<IssueCode> = std::iter::once(IssueCode::NationsDiffer)
        .chain(own.iter())
        .collect();
    codes.sort_by_key(|code| std::cmp::Reverse(code.severity()));
    let said = codes.into_iter().map(|code| Said::of(code, code.meaning()));
    said.collect()
}

/// Whether these are the pages of a nation.
pub(super) const fn are_pages_of(nation: Nation) -> bool {
    !nation.has_children_of_every_year()
}
