//! Who was helped before entering care: a page of all authorities that a store holds, and one of each.
//!
//! What stands here is a release of the same answers that `disparity prior-help` prints, and nothing else: no number is
//! made of two that are shown, so whoever has both outputs knows what either says.

use disparity_core::answers::{Group, GroupBy, HelpKind, LookBack};
use disparity_core::journeys::CodeSets;
use disparity_core::{
    Catalogue, Day, Dimension, Indicator, Intervals, Measured, Period, Provenance, Reported, Symbol,
};
use disparity_disclosure::{PriorHelpRow, Proportion, Release};
use serde::Serialize;

use super::figure::{Figure, Table};
use super::words::Sentence;
use super::{Link, Site, SitePage, links, prior_words};
use crate::charts::{DataTable, ShareLine, Shares, shares};
use crate::format::{grouped, reported};
use crate::view::Watermark;

/// A release about prior help with what its keys mean.
#[derive(Debug, Clone, Copy)]
pub struct PriorHelpView<'a> {
    /// What may be shown.
    pub release: &'a Release<Vec<PriorHelpRow>>,
    /// The code lists, with the indicators that only returns can give.
    pub catalogue: &'a Catalogue,
    /// What codes of returns mean.
    pub codes: &'a CodeSets,
    /// Authorities of the store, by position.
    pub authorities: &'a [PriorHelpAuthority],
    /// What the files cover.
    pub cover: &'a [PriorHelpCover],
    /// Whether the children are invented.
    pub synthetic: bool,
}

/// An authority of a store.
#[derive(Debug, Clone)]
pub struct PriorHelpAuthority {
    /// Its name, or its three-digit code where it is in no list.
    pub name: String,
    /// Its three-digit code.
    pub old_la_code: String,
}

/// How far back the files of an authority reach: of files, not of children.
#[derive(Debug, Clone, Copy)]
pub struct PriorHelpCover {
    /// Position of the authority.
    pub authority: usize,
    /// Kind of help.
    pub kind: HelpKind,
    /// Year of entry.
    pub period: Period,
    /// Whole years of look-back that everyone has who entered in it; none where it is not covered itself.
    pub years: Option<u8>,
    /// First day of the unbroken cover.
    pub covered_from: Option<Day>,
}

/// What stands on a page.
#[derive(Debug, Serialize)]
pub(super) struct PriorHelp {
    place: String,
    years: String,
    look_back: String,
    findings: Vec<Sentence>,
    others: Vec<Link>,
    /// Each kind of help, and each look-back.
    figure: Option<Figure>,
    kinds: Table,
    groups: Vec<Section>,
    /// The sections of groups by their place in the page.
    contents: Vec<(&'static str, String)>,
    cover: Table,
    /// How many entrants match no record of need, as far as it may be told.
    unlinked: String,
    entrants: String,
    withhold_to: u32,
    round_to: u32,
}

/// Children told apart in one way.
#[derive(Debug, Serialize)]
struct Section {
    id: &'static str,
    title: String,
    figure: Option<Figure>,
    /// Of the kind of help that stands first.
    first: Table,
    /// Of the other kinds.
    others: Vec<Table>,
}

/// The ways of telling children apart that a page shows; the file beside it has every way that was asked for.
const WAYS: [(&str, GroupBy); 5] = [
    (
        "ethnic-groups",
        GroupBy::Dimension(Dimension::EthnicityMajor),
    ),
    (
        "detailed-ethnic-groups",
        GroupBy::Dimension(Dimension::EthnicityMinor),
    ),
    ("age", GroupBy::Dimension(Dimension::AgeBand)),
    ("sex", GroupBy::Dimension(Dimension::Sex)),
    (
        "deprivation",
        GroupBy::Dimension(Dimension::DeprivationDecile),
    ),
];

/// The kinds of help that charts and first tables of groups are of: the first of which something can be told of all.
const FIRST: [HelpKind; 9] = [
    HelpKind::Any,
    HelpKind::ProtectionPlan,
    HelpKind::EarlyHelp,
    HelpKind::CinPlan,
    HelpKind::CinEpisodeClosed,
    HelpKind::CinEpisodeAny,
    HelpKind::Section47,
    HelpKind::Referral,
    HelpKind::None,
];

/// Rows of one authority, or of all together.
pub(super) struct Rows<'a> {
    pub(super) help: PriorHelpView<'a>,
    pub(super) authority: Option<usize>,
    pub(super) answers: Vec<&'a PriorHelpRow>,
    /// The shortest look-back that was asked for.
    pub(super) look_back: LookBack,
}

impl<'a> Rows<'a> {
    fn of(help: PriorHelpView<'a>, authority: Option<usize>) -> Self {
        let all = help.release.rows().iter();
        let answers: Vec<_> = all.filter(|row| row.key.authority == authority).collect();
        let backs = answers.iter().map(|row| row.key.look_back);
        Self {
            look_back: backs.min().unwrap_or(LookBack::Ever),
            help,
            authority,
            answers,
        }
    }

    /// The row of a kind and group at the shortest look-back.
    pub(super) fn find(&self, kind: HelpKind, group: Group) -> Option<&'a PriorHelpRow> {
        let is_own = |row: &&&PriorHelpRow| {
            let key = row.key;
            (key.kind, key.group, key.look_back) == (kind, group, self.look_back)
        };
        self.answers.iter().find(is_own).copied()
    }

    /// The kind of help by which groups are told apart first, as far as shown figures allow.
    pub(super) fn first(&self) -> HelpKind {
        let is_told = |kind: &HelpKind| {
            let row = self.find(*kind, Group::TOTAL);
            row.is_some_and(|row| headline(row).0.is_value())
        };
        FIRST.into_iter().find(is_told).unwrap_or(HelpKind::Any)
    }

    pub(super) fn groups(&self, kind: HelpKind, by: GroupBy) -> Vec<&'a PriorHelpRow> {
        let groups = by.groups(&self.help.catalogue.dimensions, self.help.codes);
        let found = groups
            .into_iter()
            .filter_map(|group| self.find(kind, group));
        found.collect()
    }

    pub(super) fn label(&self, group: Group) -> String {
        let label = group.label(&self.help.catalogue.dimensions, self.help.codes);
        label.to_owned()
    }

    /// The authority's three-digit code; empty for all together.
    pub(super) fn old_la_code(&self) -> &'a str {
        let own = self.authority.and_then(|at| self.help.authorities.get(at));
        own.map_or("", |own| own.old_la_code.as_str())
    }

    pub(super) fn years(&self) -> String {
        let Some(key) = self.answers.first().map(|row| row.key) else {
            return String::new();
        };
        if key.from == key.to {
            key.to.to_string()
        } else {
            format!("{} to {}", key.from, key.to)
        }
    }

    fn place(&self) -> String {
        place(self.help, self.authority)
    }

    fn own(&self, kind: HelpKind) -> Option<&'a Indicator> {
        let indicators = &self.help.catalogue.indicators;
        let id = indicators.id(&format!("prior_help_{}", kind.as_str()))?;
        Some(indicators.get(id))
    }

    /// What help there was before, as the list of indicators has it.
    pub(super) fn kind(&self, kind: HelpKind) -> String {
        self.own(kind)
            .map_or_else(|| kind.as_str().to_owned(), |own| own.short_title.clone())
    }

    fn watermark(&self) -> Watermark {
        let synthetic = self.help.synthetic;
        let provenance = Provenance::Records { synthetic };
        Watermark::of(provenance, self.help.release.policy())
    }
}

/// The figure that stands for an answer, and the estimator's word: where less than half are wholly on file the share
/// of those says little of all.
pub(super) fn headline(row: &PriorHelpRow) -> (Reported<Proportion>, &'static str) {
    if row.headline_withheld {
        (row.kaplan_meier, "reverse_kaplan_meier")
    } else {
        (row.complete_window, "complete_window")
    }
}

/// A share as a measurement, for a chart.
pub(super) fn measured(found: Proportion) -> Option<Measured> {
    Some(Measured {
        value: found.value,
        intervals: Intervals::of(&[found.interval])?,
        method: "wilson",
    })
}

/// In per cent to one decimal; without one where the figure was told to whole per cent.
pub(super) fn percent(value: f64) -> String {
    let whole = (value * 100.0).round();
    let decimals = u8::from((value * 100.0 - whole).abs() > 1e-9);
    grouped(value * 100.0, decimals) + "%"
}

fn share(value: &Reported<Proportion>) -> String {
    reported(value, |found| {
        let ends = [found.interval.low, found.interval.high].map(percent);
        format!("{} ({} to {})", percent(found.value), ends[0], ends[1])
    })
}

/// Whose figures they are.
fn place(help: PriorHelpView<'_>, authority: Option<usize>) -> String {
    authority
        .and_then(|at| help.authorities.get(at))
        .map_or_else(
            || "All loaded authorities".to_owned(),
            |own| own.name.clone(),
        )
}

/// The pages: all authorities of a store together and each of them, or its only one.
pub(super) fn pages(help: PriorHelpView<'_>) -> Vec<SitePage<'_>> {
    let each = help.authorities.iter().enumerate();
    let each = each.map(|(at, own)| SitePage::PriorHelpOf(at, own));
    let each = each.filter(|_| help.authorities.len() > 1);
    std::iter::once(SitePage::PriorHelp).chain(each).collect()
}

/// Whose answers a page has: the position of the authority; none for all together.
pub(super) fn whose(help: PriorHelpView<'_>, page: SitePage<'_>) -> Option<usize> {
    match page {
        SitePage::PriorHelpOf(at, _) => Some(at),
        _ => (help.authorities.len() == 1).then_some(0),
    }
}

/// Where the page of an authority of several is. Two that are in no list have no name but their code.
pub(super) fn address(own: &PriorHelpAuthority) -> String {
    format!(
        "prior-help/{}-{}.html",
        links::slug(&own.name),
        own.old_la_code
    )
}

pub(super) fn prior_help(site: &Site<'_>, page: SitePage<'_>) -> Option<PriorHelp> {
    let help = site.prior?;
    let rows = Rows::of(help, whose(help, page));
    let everyone = rows.find(rows.first(), Group::TOTAL);
    let count = |n: &u32| grouped(f64::from(*n), 0);
    let told = |value: Option<Reported<u32>>| {
        value.map_or_else(String::new, |value| reported(&value, count))
    };
    let others = pages(help).into_iter();
    let rule = help.release.policy().rule();
    let groups = WAYS.iter().filter_map(|way| section(&rows, *way));
    let groups: Vec<Section> = groups.collect();
    Some(PriorHelp {
        place: rows.place(),
        years: rows.years(),
        look_back: back(rows.look_back),
        findings: prior_words::findings(&rows),
        others: others
            .map(|own| Link {
                title: place(help, whose(help, own)),
                address: own.address(site.view),
            })
            .filter(|link| link.address != page.address(site.view))
            .collect(),
        figure: kinds_chart(&rows).map(|chart| Figure::of("prior_help", chart)),
        kinds: Table::of(kinds(&rows)),
        contents: groups
            .iter()
            .map(|own| (own.id, own.title.clone()))
            .collect(),
        groups,
        cover: Table::of(cover(&rows)),
        unlinked: told(everyone.map(|row| row.unlinked)),
        entrants: told(everyone.map(|row| row.entrants)),
        withhold_to: rule.withhold_to,
        round_to: rule.round_to,
    })
}

/// How far is looked back, in words: `the five years`.
pub(super) fn back(look_back: LookBack) -> String {
    match look_back {
        LookBack::Years(1) => "1 year".to_owned(),
        LookBack::Years(years) => format!("{years} years"),
        LookBack::Ever => "ever".to_owned(),
    }
}

/// The headings of what stands in the fields of a row.
const FIGURES: [&str; 9] = [
    "Entered care",
    "No match with a record of need",
    "Look-back wholly on file",
    "Of these, helped",
    "Share (95% interval)",
    "At least",
    "At most",
    "Kaplan–Meier (95% interval)",
    "Age-standardised (95% interval)",
];

/// What is shown of an answer, in the order of the headings.
fn fields(row: &PriorHelpRow) -> impl Iterator<Item = String> {
    let count = |value: Reported<u32>| reported(&value, |n| grouped(f64::from(*n), 0));
    let bound = |value: Reported<f64>| reported(&value, |found| percent(*found));
    let whole = if row.headline_withheld {
        Reported::Symbol(row.complete_window.symbol().unwrap_or(Symbol::Unreliable))
    } else {
        row.complete_window
    };
    [
        count(row.entrants),
        count(row.unlinked),
        count(row.observed),
        count(row.helped),
        share(&whole),
        bound(row.lower_bound),
        bound(row.upper_bound),
        share(&row.kaplan_meier),
        share(&row.age_standardised),
    ]
    .into_iter()
}

fn headed(first: &[&str]) -> Vec<String> {
    let all = first.iter().chain(FIGURES.iter());
    all.map(|word| (*word).to_owned()).collect()
}

fn kinds(rows: &Rows<'_>) -> DataTable {
    let of_all = rows
        .answers
        .iter()
        .filter(|row| row.key.group == Group::TOTAL);
    let mut of_all: Vec<_> = of_all.collect();
    of_all.sort_by_key(|row| (row.key.look_back, row.key.kind));
    let line = |row: &&&PriorHelpRow| {
        let head = [rows.kind(row.key.kind), back(row.key.look_back)];
        head.into_iter().chain(fields(row)).collect()
    };
    DataTable {
        caption: format!(
            "Help before care by kind, {}, {}",
            rows.place(),
            rows.years()
        ),
        columns: headed(&["Help before care", "Look-back"]),
        rows: of_all.iter().map(line).collect(),
    }
}

fn section(rows: &Rows<'_>, (id, by): (&'static str, GroupBy)) -> Option<Section> {
    let table = |kind: HelpKind| {
        let groups = rows.groups(kind, by);
        let line = |row: &&PriorHelpRow| {
            let head = std::iter::once(rows.label(row.key.group));
            head.chain(fields(row)).collect()
        };
        (!groups.is_empty()).then(|| {
            let (kind, place, years) = (rows.kind(kind), rows.place(), rows.years());
            Table::of(DataTable {
                caption: format!("{kind}, {}, {place}, {years}", titled(by)),
                columns: headed(&["Group"]),
                rows: groups.iter().map(line).collect(),
            })
        })
    };
    let first = rows.first();
    let others = HelpKind::ALL.into_iter().filter(|kind| *kind != first);
    Some(Section {
        id,
        title: crate::format::sentence(titled(by)),
        figure: (by != GroupBy::Dimension(Dimension::EthnicityMinor))
            .then(|| groups_chart(rows, by))
            .flatten()
            .map(|chart| Figure::of("prior_help", chart)),
        first: table(first)?,
        others: others.filter_map(table).collect(),
    })
}

/// A way of telling children apart, in words.
fn titled(by: GroupBy) -> &'static str {
    match by {
        GroupBy::Dimension(Dimension::EthnicityMajor) => "by ethnic group",
        GroupBy::Dimension(Dimension::EthnicityMinor) => "by detailed ethnic group",
        GroupBy::Dimension(Dimension::AgeBand) => "by age at entry",
        GroupBy::Dimension(Dimension::Sex) => "by sex",
        GroupBy::Dimension(Dimension::DeprivationDecile) => "by deprivation of the neighbourhood",
        _ => "by group",
    }
}

fn line(row: &PriorHelpRow, label: String) -> ShareLine {
    let (found, _) = headline(row);
    let missing = Reported::Symbol(Symbol::NotAvailable);
    ShareLine {
        label,
        words: share(&found),
        share: found.and_then(|own| measured(own).map_or(missing, Reported::Value)),
    }
}

fn drawn(
    rows: &Rows<'_>,
    (what, of_groups): (&str, bool),
    lines: Vec<ShareLine>,
    everyone: Option<&PriorHelpRow>,
) -> Option<crate::charts::Chart> {
    let everyone = everyone.and_then(|row| headline(row).0.value());
    shares(Shares {
        watermark: rows.watermark(),
        own: rows.own(rows.first())?,
        heading: format!("{what}, {}, {}", rows.place(), rows.years()),
        measure: format!(
            "Share of children entering care, look-back {}, with 95% interval",
            back(rows.look_back)
        ),
        lines,
        everyone: everyone.and_then(measured),
        of_groups,
        file: String::new(),
        source: format!(
            "Source: returns of {}, linked by disparity; unaccompanied children are left out.",
            rows.authority
                .map_or_else(|| "all loaded authorities".to_owned(), |_| rows.place())
        ),
    })
}

fn kinds_chart(rows: &Rows<'_>) -> Option<crate::charts::Chart> {
    let kinds = HelpKind::ALL.into_iter();
    let lines =
        kinds.filter_map(|kind| Some(line(rows.find(kind, Group::TOTAL)?, rows.kind(kind))));
    drawn(
        rows,
        ("Help before care by kind", false),
        lines.collect(),
        None,
    )
}

fn groups_chart(rows: &Rows<'_>, by: GroupBy) -> Option<crate::charts::Chart> {
    let groups = rows.groups(rows.first(), by).into_iter();
    let lines = groups.map(|row| line(row, rows.label(row.key.group)));
    let what = format!("{} {}", rows.kind(rows.first()), titled(by));
    drawn(
        rows,
        (&what, true),
        lines.collect(),
        rows.find(rows.first(), Group::TOTAL),
    )
}

/// How far back the files reach for who entered in the last year: of one authority each kind, of several a row each.
fn cover(rows: &Rows<'_>) -> DataTable {
    let help = rows.help;
    let last = |authority: usize, kind: HelpKind| {
        let own = help.cover.iter();
        let own = own.filter(|own| (own.authority, own.kind) == (authority, kind));
        own.max_by_key(|own| own.period)
    };
    let years = |found: Option<&PriorHelpCover>| {
        let none = || format!("[{}]", Symbol::NotAvailable);
        let years = found.and_then(|own| own.years);
        years.map_or_else(none, |years| years.to_string())
    };
    let kinds = HelpKind::ALL;
    if let Some(at) = rows.authority {
        let line = |kind: HelpKind| {
            let found = last(at, kind);
            let from = found.and_then(|own| own.covered_from);
            vec![
                rows.kind(kind),
                found.map_or_else(String::new, |own| own.period.to_string()),
                years(found),
                from.map_or_else(String::new, |day| day.to_string()),
            ]
        };
        return DataTable {
            caption: format!("How far back the files reach, {}", rows.place()),
            columns: [
                "Help before care",
                "Year of entry",
                "Whole years",
                "On file from",
            ]
            .map(str::to_owned)
            .to_vec(),
            rows: kinds.map(line).to_vec(),
        };
    }
    let names = help.authorities.iter().enumerate();
    let lines = names.map(|(at, own)| {
        let each = kinds.iter().map(|kind| years(last(at, *kind)));
        std::iter::once(own.name.clone()).chain(each).collect()
    });
    DataTable {
        caption: "Whole years that the files look back from who entered care in the last year"
            .to_owned(),
        columns: std::iter::once("Authority".to_owned())
            .chain(kinds.map(|kind| rows.kind(kind)))
            .collect(),
        rows: lines.collect(),
    }
}
