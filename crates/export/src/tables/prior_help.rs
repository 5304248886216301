//! Who was helped before entering care: for each answer a row for each estimator, as a ratio never travels without its counts.

use std::collections::BTreeSet;

use disparity_core::answers::{LookBack, PriorHelpKey, looks_back_into};
use disparity_core::{Catalogue, Journeys, Reported, Symbol};
use disparity_disclosure::{PriorHelpRow, Proportion};

use super::{cases, figure, key, text, text_by, whole, why_absent, words};
use crate::answers::{la_name, span};
use crate::column::{Column, Kind, Role, Value, Words};
use crate::write::unprotected;

/// How a share is estimated where not every window is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Estimator {
    CompleteWindow,
    LowerBound,
    UpperBound,
    ReverseKaplanMeier,
    AgeStandardised,
}

impl Estimator {
    /// In the order of outputs.
    const ALL: [Self; 5] = [
        Self::CompleteWindow,
        Self::LowerBound,
        Self::UpperBound,
        Self::ReverseKaplanMeier,
        Self::AgeStandardised,
    ];

    const NAMES: [&str; 5] = [
        "complete_window",
        "lower_bound",
        "upper_bound",
        "reverse_kaplan_meier",
        "age_standardised",
    ];

    /// What makes the value and its interval.
    const METHODS: [&str; 5] = [
        "wilson",
        "bounds",
        "bounds",
        "kaplan_meier_greenwood",
        "direct_age_wilson",
    ];
}

/// An answer by one of its estimators.
pub(crate) struct Line<'a> {
    row: &'a PriorHelpRow,
    by: Estimator,
}

/// The lines of some answers.
pub(crate) fn lines(rows: &[PriorHelpRow]) -> Vec<Line<'_>> {
    let each = rows
        .iter()
        .flat_map(|row| Estimator::ALL.map(|by| Line { row, by }));
    each.collect()
}

impl Line<'_> {
    fn numerator(&self) -> Option<Reported<u32>> {
        match self.by {
            Estimator::CompleteWindow | Estimator::AgeStandardised => Some(self.row.helped),
            _ => None,
        }
    }

    fn denominator(&self) -> Reported<u32> {
        let row = self.row;
        let linked = row.observed.zip(row.incomplete);
        match self.by {
            Estimator::CompleteWindow | Estimator::AgeStandardised => row.observed,
            Estimator::LowerBound | Estimator::UpperBound => linked.map(|(a, b)| a + b),
            // Whoever was watched for no time says nothing.
            Estimator::ReverseKaplanMeier => linked
                .zip(row.unwatched)
                .map(|((a, b), none)| (a + b).saturating_sub(none)),
        }
    }

    fn is_headline(&self) -> bool {
        match self.by {
            Estimator::CompleteWindow => !self.row.headline_withheld,
            Estimator::ReverseKaplanMeier => self.row.headline_withheld,
            _ => false,
        }
    }

    /// Whether it is an estimate that does not stand, and is not told.
    fn is_withheld(&self) -> bool {
        self.by == Estimator::CompleteWindow && self.row.headline_withheld
    }

    /// The share with its interval, of estimators that have one.
    fn share(&self) -> Option<Reported<Proportion>> {
        match self.by {
            Estimator::CompleteWindow => Some(self.row.complete_window),
            Estimator::ReverseKaplanMeier => Some(self.row.kaplan_meier),
            Estimator::AgeStandardised => Some(self.row.age_standardised),
            Estimator::LowerBound | Estimator::UpperBound => None,
        }
    }

    fn estimate(&self) -> Reported<f64> {
        match self.by {
            Estimator::LowerBound => self.row.lower_bound,
            Estimator::UpperBound => self.row.upper_bound,
            // The others have a share.
            _ => self
                .share()
                .map_or(Reported::Symbol(Symbol::NotApplicable), |share| {
                    share.map(|share| share.value)
                }),
        }
    }

    fn symbol(&self) -> Option<Symbol> {
        let unreliable = self.is_withheld().then_some(Symbol::Unreliable);
        self.estimate().symbol().or(unreliable)
    }

    /// A figure of its share, where it is told.
    fn told(&self, figure: impl Fn(Proportion) -> f64) -> Value {
        match self.share() {
            Some(Reported::Value(share)) if !self.is_withheld() => Value::Number(figure(share)),
            _ => Value::None,
        }
    }
}

/// The columns. Where there is no estimate, the symbol in its own column says why; a count that is not told is its symbol.
pub(crate) fn prior_help<'a>(
    rows: &[PriorHelpRow],
    journeys: &'a Journeys,
    catalogue: &'a Catalogue,
    reason: Option<&str>,
) -> Vec<Column<'a, Line<'a>>> {
    let mut columns = opening(rows, journeys, catalogue);
    columns.extend(of_whom(rows, journeys, catalogue));
    columns.extend(figures());
    columns.push(why_absent("Why there is no estimate", Line::symbol));
    columns.push(looked_into(rows, journeys));
    columns.push(match reason {
        Some(reason) => unprotected(reason),
        None => text(
            "unprotected",
            Role::Note,
            "Why nothing is withheld",
            words([]),
            |_| Value::None,
        ),
    });
    columns
}

/// When and where.
fn opening<'a>(
    rows: &[PriorHelpRow],
    journeys: &'a Journeys,
    catalogue: &'a Catalogue,
) -> Vec<Column<'a, Line<'a>>> {
    let is_synthetic = usize::from(journeys.synthetic);
    let years = Words::of(
        rows.iter().map(|row| (row.key.from, row.key.to)),
        |(from, to)| span(from, to),
    );
    let mut columns = vec![
        cases(
            "synthetic",
            Role::Identifier,
            "Whether these children are invented",
            ["false", "true"],
            move |_| Some(is_synthetic),
        ),
        text_by(
            "time_period",
            Role::Identifier,
            "Years of entry into care, ending 31 March",
            years.dictionary(),
            |line: &Line<'_>| (line.row.key.from, line.row.key.to),
            move |key| years.value(*key),
        ),
    ];
    let names = [
        ("geographic_level", "Level"),
        ("new_la_code", "Nine-character code of the authority"),
        ("old_la_code", "Three-digit code of the authority"),
        ("la_name", "Authority"),
    ];
    for (at, (name, label)) in names.into_iter().enumerate() {
        let texts = Words::of(rows.iter().map(|row| row.key.authority), |authority| {
            la_name(journeys, catalogue, authority)[at].clone()
        });
        columns.push(text_by(
            name,
            Role::Identifier,
            label,
            texts.dictionary(),
            |line: &Line<'_>| line.row.key.authority,
            move |authority| texts.value(*authority),
        ));
    }
    columns
}

/// What was asked, of whom.
fn of_whom<'a>(
    rows: &[PriorHelpRow],
    journeys: &'a Journeys,
    catalogue: &'a Catalogue,
) -> Vec<Column<'a, Line<'a>>> {
    let (dimensions, codes) = (&catalogue.dimensions, journeys.codes());
    vec![
        filter(
            ("indicator", "Kind of help"),
            rows,
            |key| key.kind,
            |kind| format!("prior_help_{}", kind.as_str()),
        ),
        filter(
            ("look_back_years", "Years looked back from entry"),
            rows,
            |key| key.look_back,
            LookBack::word,
        ),
        key(
            "lead_days",
            Role::Filter,
            "Days before entry at which the window ends",
            |line: &Line<'_>| line.row.key.lead.into(),
        ),
        filter(
            ("mode", "What counts as helped within the window"),
            rows,
            |key| key.mode,
            |mode| mode.as_str().to_owned(),
        ),
        filter(
            ("group_by", "How children are told apart"),
            rows,
            |key| key.group.by,
            |by| by.as_str().to_owned(),
        ),
        filter(
            ("group", "Code of the group"),
            rows,
            |key| key.group,
            |group| group.code(dimensions, codes).to_owned(),
        ),
        filter(
            ("group_name", "Group"),
            rows,
            |key| key.group,
            |group| group.label(dimensions, codes).to_owned(),
        ),
    ]
}

/// A column that says what the row is about.
fn filter<'a, K: Ord + Copy + Sync + Send + 'a>(
    (name, label): (&'static str, &'static str),
    rows: &[PriorHelpRow],
    of: fn(&PriorHelpKey) -> K,
    said: impl Fn(K) -> String,
) -> Column<'a, Line<'a>> {
    let texts = Words::of(rows.iter().map(|row| of(&row.key)), said);
    text_by(
        name,
        Role::Filter,
        label,
        texts.dictionary(),
        move |line: &Line<'_>| of(&line.row.key),
        move |key| texts.value(*key),
    )
}

/// Counts, and the estimate with its interval.
fn figures<'a>() -> Vec<Column<'a, Line<'a>>> {
    let share = |name, label, get: fn(Proportion) -> f64| {
        figure(name, label, Kind::Number, 3, move |line: &Line<'_>| {
            line.told(get)
        })
    };
    vec![
        whole(
            "entrants",
            "Children who entered care",
            |line: &Line<'_>| line.row.entrants,
        ),
        whole(
            "unlinked",
            "Of those, without a record of need",
            |line: &Line<'_>| line.row.unlinked,
        ),
        whole(
            "incomplete",
            "Of those linked, with a window that is partly unseen",
            |line: &Line<'_>| line.row.incomplete,
        ),
        cases(
            "estimator",
            Role::Filter,
            "How the share is estimated",
            Estimator::NAMES,
            |line: &Line<'_>| Some(line.by as usize),
        ),
        cases(
            "headline",
            Role::Note,
            "Whether this is the estimate to quote",
            ["false", "true"],
            |line: &Line<'_>| Some(usize::from(line.is_headline())),
        ),
        // Of estimators that are no count of the helped there is none, and no symbol for it.
        figure(
            "numerator",
            "Those who were helped",
            Kind::Whole,
            0,
            |line: &Line<'_>| match line.numerator() {
                Some(Reported::Value(count)) => Value::Whole(count.into()),
                Some(Reported::Symbol(symbol)) => Value::Absent(symbol),
                None => Value::None,
            },
        ),
        whole("denominator", "Of how many", Line::denominator),
        figure(
            "estimate",
            "Share who were helped",
            Kind::Number,
            3,
            |line: &Line<'_>| match line.estimate() {
                Reported::Value(share) if !line.is_withheld() => Value::Number(share),
                _ => Value::None,
            },
        ),
        share("conf_low", "Lower end of the interval", |share| {
            share.interval.low
        }),
        share("conf_high", "Upper end of the interval", |share| {
            share.interval.high
        }),
        share("conf_level", "Confidence level of the interval", |_| 0.95),
        cases("unit", Role::Note, "Unit", ["proportion"], |_| Some(0)),
        cases(
            "method",
            Role::Note,
            "Method of the estimate and its interval",
            Estimator::METHODS,
            |line: &Line<'_>| Some(line.by as usize),
        ),
    ]
}

/// In whose returns the look-back of an authority's entrants goes on, where its boundaries have changed.
fn looked_into<'a>(rows: &[PriorHelpRow], journeys: &Journeys) -> Column<'a, Line<'a>> {
    let of = |key: &PriorHelpKey| (key.authority, key.look_back, key.from);
    let texts = Words::of(rows.iter().map(|row| of(&row.key)), |(own, back, from)| {
        let all = journeys.authorities().iter().enumerate();
        let those = all.filter(|(at, _)| own.is_none_or(|own| own == *at));
        let into: BTreeSet<&String> = those
            .flat_map(|(_, own)| looks_back_into(own, back, from))
            .collect();
        let into: Vec<&str> = into.into_iter().map(String::as_str).collect();
        into.join("+")
    });
    text_by(
        "looks_back_into",
        Role::Note,
        "Authorities before a change of boundaries in whose returns the look-back goes on",
        texts.dictionary(),
        move |line: &Line<'_>| of(&line.row.key),
        move |key| texts.value(*key),
    )
}
