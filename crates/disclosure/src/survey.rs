//! Answers to a survey made into counts and shares that may be shown.

use std::collections::{BTreeMap, BTreeSet};

use disparity_core::{
    AnswerCount, AnswerKind, Count, Interval, Levels, Reported, Respondents, Sums, SurveyCounts,
    Symbol,
};
use disparity_stats::{Error, wilson, wilson_weighted};

use crate::answers::{HowMany, Proportion};
use crate::release::{Policy, Release};
use crate::suppression::{Watch, Withheld, suppress_in_blocks};
use crate::system::{Blocks, Cell, Kind};

/// Counts of answers that may be shown, with what was done to them. Made only by [`protect_survey`].
#[derive(Debug, Clone)]
pub struct ProtectedSurvey {
    counts: SurveyCounts,
    policy: Policy,
    synthetic: bool,
    how_many: HowMany,
}

/// A line about an answer.
#[derive(Debug, Clone, PartialEq)]
pub struct SurveyRow {
    /// The answer, of whom, and how many gave it.
    pub answer: AnswerCount,
    /// How many answered the question.
    pub answered: Reported<u32>,
    /// The share of those who answered; of those who did not, of all who were asked. Weighted where the survey is.
    pub share: Reported<Proportion>,
}

/// A survey that may be written.
#[derive(Debug, Clone, PartialEq)]
pub struct SurveyTable {
    /// The survey's title.
    pub title: String,
    /// How many people were asked.
    pub respondents: u32,
    /// The method of the intervals.
    pub method: &'static str,
    /// Whether the respondents were invented.
    pub synthetic: bool,
    /// The level of the intervals.
    pub levels: Levels,
    /// The lines, by question and respondents.
    pub rows: Vec<SurveyRow>,
}

/// Decides which counts of answers may be shown. Whether the respondents were invented goes along.
///
/// How many were asked is told by whoever asked, and taken as known; all else that is counted is protected: an answer of
/// few, those who did not answer, and the groups and areas that would give them away.
#[must_use]
pub fn protect_survey(
    mut counts: SurveyCounts,
    policy: &Policy,
    synthetic: bool,
    watch: Watch,
) -> ProtectedSurvey {
    let rule = policy.rule();
    let threshold = rule.threshold();
    let value = |own: &AnswerCount| own.count.value().unwrap_or_default();
    let mut cells: Vec<Cell> = counts
        .counts
        .iter()
        .map(|own| Cell {
            zero: rule.hide_zeros,
            ..Cell::published(value(own))
        })
        .collect();
    let mut sums = counts.sums.clone();
    add_asked(&counts.counts, &mut cells, &mut sums);
    let Withheld {
        hidden, given_up, ..
    } = suppress_in_blocks(&cells, &sums, threshold, &Blocks::default(), &(), watch);
    let mut how_many = HowMany {
        given_up,
        ..HowMany::default()
    };
    for (at, own) in counts.counts.iter_mut().enumerate() {
        let count = own.count.value().unwrap_or_default();
        if count > threshold.at_most {
            how_many.all_above += 1;
            how_many.above += usize::from(hidden[at]);
        }
        own.count = if hidden[at] || cells[at].is_small(threshold) {
            Reported::Symbol(Symbol::Confidential)
        } else {
            Reported::Value(rule.round(count))
        };
    }
    ProtectedSurvey {
        counts,
        policy: policy.clone(),
        synthetic,
        how_many,
    }
}

/// Those who were asked are those who answered and those who did not: the same people in every question of a survey that
/// asks all of everybody, so that one question gives their number to the next. Of everyone it is told; of groups and areas,
/// which make everyone up, it follows.
fn add_asked(counts: &[AnswerCount], cells: &mut Vec<Cell>, sums: &mut Sums) {
    let value = |at: usize| counts[at].count.value().unwrap_or_default();
    let mut asked: BTreeMap<(Respondents, Count), usize> = BTreeMap::new();
    for (at, own) in counts.iter().enumerate() {
        if own.kind != AnswerKind::Answered {
            continue;
        }
        let same = |other: &AnswerCount| {
            (&other.question, &other.of) == (&own.question, &own.of)
                && other.kind == AnswerKind::Unanswered
        };
        let Some(rest) = counts.iter().position(same) else {
            continue;
        };
        let all = value(at) + value(rest);
        let is_everyone = own.of.area.is_none() && own.of.group.is_none();
        let place = *asked.entry((own.of.clone(), all)).or_insert_with(|| {
            cells.push(if is_everyone {
                Cell::new(all, Kind::Shown)
            } else {
                Cell::follows(all)
            });
            cells.len() - 1
        });
        sums.add(place, [at, rest]);
    }
    let everyone: Vec<(Count, usize)> = asked
        .iter()
        .filter(|((of, _), _)| of.area.is_none() && of.group.is_none())
        .map(|((_, all), at)| (*all, *at))
        .collect();
    let mut parts: BTreeMap<Option<&String>, Vec<(Count, usize)>> = BTreeMap::new();
    for ((of, all), at) in &asked {
        if of.area.is_some() || of.group.is_some() {
            let by = of.group.as_ref().map(|(by, _)| by);
            parts.entry(by).or_default().push((*all, *at));
        }
    }
    for parts in parts.values() {
        let sum: Count = parts.iter().map(|(all, _)| all).sum();
        if let Some((_, whole)) = everyone.iter().find(|(all, _)| *all == sum) {
            sums.add(*whole, parts.iter().map(|(_, at)| *at));
        }
    }
}

impl ProtectedSurvey {
    /// How many counts are withheld.
    #[must_use]
    pub const fn how_many(&self) -> HowMany {
        self.how_many
    }

    /// The lines with shares and intervals, computed from what may be shown.
    ///
    /// # Errors
    /// [`Error`] never in practice: a count is part of its whole.
    pub fn release(self, levels: Levels) -> Result<Release<SurveyTable>, Error> {
        let counts = &self.counts;
        // Weights are published beside surveys: a weighted share of all tells how many of a withheld group are in it.
        let withheld: BTreeSet<&String> = counts
            .counts
            .iter()
            .filter(|own| !own.count.is_value())
            .map(|own| &own.question)
            .collect();
        let mut rows = Vec::new();
        for own in &counts.counts {
            let of = |kind: &AnswerKind| {
                let mut same = counts.counts.iter();
                same.find(|other| {
                    (&other.question, &other.of, &other.kind) == (&own.question, &own.of, kind)
                })
            };
            let (Some(answered), Some(unanswered)) =
                (of(&AnswerKind::Answered), of(&AnswerKind::Unanswered))
            else {
                continue;
            };
            let tells = counts.is_weighted && withheld.contains(&own.question);
            let share = match own.kind {
                // Who answered stands beside every answer.
                AnswerKind::Answered => continue,
                AnswerKind::Unanswered => {
                    let whole = answered.count.zip(unanswered.count).map(|(a, b)| a + b);
                    let weights = (
                        answered.weight + unanswered.weight,
                        answered.squares + unanswered.squares,
                    );
                    share(counts.is_weighted, own, (whole, weights), levels)?
                }
                AnswerKind::Answer(_) | AnswerKind::Unsure(_) => {
                    let weights = (answered.weight, answered.squares);
                    share(counts.is_weighted, own, (answered.count, weights), levels)?
                }
            };
            rows.push(SurveyRow {
                answer: own.clone(),
                answered: answered.count,
                share: share.and_then(|share| {
                    if tells {
                        Reported::Symbol(Symbol::Confidential)
                    } else {
                        Reported::Value(share)
                    }
                }),
            });
        }
        let table = SurveyTable {
            title: counts.title.clone(),
            respondents: counts.respondents,
            method: if counts.is_weighted {
                "wilson_weighted"
            } else {
                "wilson"
            },
            synthetic: self.synthetic,
            levels,
            rows,
        };
        Ok(Release::new(table, self.policy))
    }
}

/// The share of an answer among some people, where both counts are shown.
fn share(
    is_weighted: bool,
    own: &AnswerCount,
    (whole, (weight, squares)): (Reported<u32>, (f64, f64)),
    levels: Levels,
) -> Result<Reported<Proportion>, Error> {
    let (count, whole) = match own.count.zip(whole) {
        Reported::Value((_, 0)) => return Ok(Reported::Symbol(Symbol::NotApplicable)),
        Reported::Value((count, whole)) => (f64::from(count), f64::from(whole)),
        Reported::Symbol(symbol) => return Ok(Reported::Symbol(symbol)),
    };
    let level = levels.first();
    let (value, interval): (f64, Interval) = if is_weighted {
        let interval = wilson_weighted(own.weight, weight, squares, level)?;
        (own.weight / weight, interval)
    } else {
        (count / whole, wilson(count.min(whole), whole, level)?)
    };
    Ok(Reported::Value(Proportion { value, interval }))
}

impl Release<SurveyTable> {
    /// The survey.
    #[must_use]
    pub const fn survey(&self) -> &SurveyTable {
        self.content()
    }
}
