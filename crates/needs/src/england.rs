//! England's children and rates, found once for all authorities.

use std::collections::BTreeMap;

use disparity_core::needs::{Assumptions, EnglandNeed, EnglandShare, Need};
use disparity_core::neighbourhoods::{GroupEstimateErrors, Neighbourhoods};
use disparity_core::{
    AreaCode, Catalogue, Cube, IndicatorId, Issue, IssueCode, Levels, Period, Populations, Results,
    edition_in_force,
};
use rayon::prelude::*;

use crate::NeedsError;
use crate::children::{AGES, CELLS, Children, GROUPS, Sources, TENTHS};
use crate::known::{Known, Split};
use crate::rates::{Targets, margins, rates};
use crate::simulate::stream;

/// The level of intervals that planning asks for, beside the first of the run.
const PLANNING: f64 = 0.9;
/// Where no model of a need has been fitted: about what models leave between authorities of children in need.
pub(crate) const USUAL_SPREAD: f64 = 0.25;

/// What assessments are made from: published figures, results of the program computed from them, and
/// neighbourhoods.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// Published counts.
    pub cube: &'a Cube,
    /// Children by year, area and group.
    pub populations: &'a Populations,
    /// What the keys mean.
    pub catalogue: &'a Catalogue,
    /// Results with models of at least the latest year, of every authority that is to be assessed: those that
    /// were chosen, or those behind the charts.
    pub results: &'a Results,
    /// England's neighbourhoods.
    pub neighbourhoods: &'a Neighbourhoods,
    /// How wrong estimates of children by group are.
    pub group_errors: &'a GroupEstimateErrors,
}

/// England's rates of one need.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Model {
    pub(crate) known: EnglandNeed,
    pub(crate) rates: Vec<f64>,
    pub(crate) drawn: Vec<Vec<f64>>,
}

/// What is known of England for a need.
struct CountedNeed {
    targets: Targets,
    /// The year of the count; where counts are added, of the latest.
    period: Period,
    added: Vec<(IndicatorId, Period)>,
    /// The years of the splits by age and group.
    splits: [Option<Period>; 2],
}

/// England's children and rates. Made once, it assesses any authority.
#[derive(Debug, Clone)]
pub struct England<'a> {
    pub(crate) inputs: Inputs<'a>,
    pub(crate) assumptions: Assumptions,
    pub(crate) period: Period,
    pub(crate) edition: u16,
    pub(crate) levels: Levels,
    pub(crate) authorities: BTreeMap<AreaCode, Children>,
    pub(crate) table: Vec<f64>,
    /// What is known of each need; none where England's count is not published.
    pub(crate) needs: Vec<(Need, Option<Model>)>,
    pub(crate) issues: Vec<Issue>,
}

impl<'a> England<'a> {
    /// Estimates the children of all neighbourhoods and fits England's rates. Without a year, the latest one
    /// that England's children in need are published for.
    ///
    /// # Errors
    /// [`NeedsError`] where an assumption cannot be meant, nothing is known of that year, or a fit fails.
    pub fn new(
        inputs: Inputs<'a>,
        assumptions: Assumptions,
        period: Option<Period>,
    ) -> Result<Self, NeedsError> {
        sound(&assumptions)?;
        let period = match period {
            Some(period) => period,
            None => latest(inputs).ok_or(NeedsError::NoCount)?,
        };
        let editions = inputs.catalogue.context.editions();
        let edition = edition_in_force(&editions, period).ok_or(NeedsError::NoIndex)?;
        let mut england = Self {
            inputs,
            assumptions,
            period,
            edition,
            levels: levels(inputs.results.levels),
            authorities: BTreeMap::new(),
            table: vec![0.0; CELLS],
            needs: Vec::new(),
            issues: Vec::new(),
        };
        england.count_children()?;
        england.needs = Need::all(&inputs.catalogue.indicators)
            .into_iter()
            .map(|need| Ok((need, england.model(need)?)))
            .collect::<Result<_, NeedsError>>()?;
        england.remark();
        Ok(england)
    }

    /// The year that assessments are of.
    #[must_use]
    pub fn period(&self) -> Period {
        self.period
    }

    /// What must be said of England's figures.
    #[must_use]
    pub fn issues(&self) -> &[Issue] {
        &self.issues
    }

    pub(crate) fn known(&self) -> Known<'a> {
        Known {
            cube: self.inputs.cube,
            populations: self.inputs.populations,
            catalogue: self.inputs.catalogue,
            results: self.inputs.results,
            period: self.period,
        }
    }

    fn count_children(&mut self) -> Result<(), NeedsError> {
        let sources = Sources {
            populations: self.inputs.populations,
            dimensions: &self.inputs.catalogue.dimensions,
            neighbourhoods: self.inputs.neighbourhoods,
            period: self.period,
            edition: self.edition,
        };
        let codes: Vec<AreaCode> = self.inputs.neighbourhoods.authorities().collect();
        let found: Vec<Result<Children, NeedsError>> = codes
            .par_iter()
            .with_max_len(1)
            .map(|code| Children::estimate(sources, *code))
            .collect();
        for (code, found) in codes.into_iter().zip(found) {
            let children = match found {
                Ok(children) => children,
                // England's rates are then those of the others, and of this one nothing is said.
                Err(NeedsError::NoChildren { .. }) => {
                    let name = self.inputs.catalogue.areas.name(code);
                    let message = format!(
                        "how many children live in {name} is not known for {}",
                        self.period
                    );
                    let mut issue = Issue::new(IssueCode::CoverageGap, message);
                    issue.area = Some(code);
                    self.issues.push(issue);
                    continue;
                }
                Err(error) => return Err(error),
            };
            children.add_to(&mut self.table);
            self.authorities.insert(code, children);
        }
        if self.authorities.is_empty() {
            return Err(NeedsError::NoChildren {
                authority: AreaCode::ENGLAND,
                period: self.period,
            });
        }
        Ok(())
    }

    /// England's rates of one need.
    fn model(&self, need: Need) -> Result<Option<Model>, NeedsError> {
        let Some(counted) = self.counted(need) else {
            return Ok(None);
        };
        let targets = &counted.targets;
        let word = need.word(&self.inputs.catalogue.indicators);
        let failed = |source| NeedsError::Rates {
            need: word.to_owned(),
            source,
        };
        let expected = targets.expected(&self.table).map_err(failed)?;
        // By name, so that a need is drawn the same whatever stands beside it.
        let purpose = word.bytes().fold(7, |all: u64, byte| {
            all.wrapping_mul(131).wrapping_add(u64::from(byte))
        });
        let drawn = (0..u64::from(self.assumptions.draws))
            .into_par_iter()
            .map(|number| {
                let mut draws = stream(self.assumptions.seed, purpose, number);
                targets.drawn_rates(&self.table, &expected, &mut draws)
            })
            .collect::<disparity_stats::Result<Vec<_>>>()
            .map_err(failed)?;
        let known = self.told(need, &counted, &expected);
        Ok(Some(Model {
            known,
            rates: rates(&self.table, &expected),
            drawn,
        }))
    }

    /// What is known of England for a need.
    fn counted(&self, need: Need) -> Option<CountedNeed> {
        let known = self.known();
        let of = |id: IndicatorId, total: f64, counted: bool, period: Period| {
            let (ages, groups) = (known.ages(id), known.groups(id));
            CountedNeed {
                targets: Targets {
                    total,
                    counted,
                    gradient: known.gradient(id),
                    ages: ages.map(|split: Split| split.0),
                    groups: groups.map(|split| split.0),
                },
                period,
                added: Vec::new(),
                splits: [ages.map(|split| split.1), groups.map(|split| split.1)],
            }
        };
        let children: f64 = self.table.iter().sum();
        match need {
            Need::Indicator(id) => {
                let (total, period) = known.england(id)?;
                Some(of(id, total, true, period))
            }
            Need::FamilyHelpPlans => {
                let ids = [known.indicator(CIN_PLAN)?, known.indicator(CPP)?];
                let [in_need, protected] = ids.map(|id| known.england(id));
                let ((in_need, of_in_need), (protected, of_protected)) = in_need.zip(protected)?;
                let early_help = self.assumptions.early_help_share * children;
                let total = in_need + protected + early_help;
                let latest = of_in_need.max(of_protected);
                let mut found = of(known.indicator(CIN)?, total, true, latest);
                found.added = ids.into_iter().zip([of_in_need, of_protected]).collect();
                Some(found)
            }
            Need::FamilyHelpAllowance => {
                let total = self.assumptions.family_help_share * children;
                Some(of(known.indicator(CIN)?, total, false, self.period))
            }
        }
    }

    /// The indicator whose gradient, ages, groups and spread a need has.
    pub(crate) fn shaped_by(&self, need: Need) -> Option<IndicatorId> {
        match need {
            Need::Indicator(id) => Some(id),
            Need::FamilyHelpPlans | Need::FamilyHelpAllowance => self.known().indicator(CIN),
        }
    }

    fn told(&self, need: Need, counted: &CountedNeed, expected: &[f64]) -> EnglandNeed {
        let [ages, groups] = counted.splits;
        let (children, expected) = (margins(&self.table), margins(expected));
        let fitted = || {
            let id = self.shaped_by(need)?;
            self.known().sigma(id)
        };
        let spread = self.assumptions.spread.or_else(fitted);
        EnglandNeed {
            need,
            period: counted.period,
            added: counted.added.clone(),
            count: counted.targets.total,
            by_decile: shares::<TENTHS>(&children.0, &expected.0),
            ratio_per_decile: counted
                .targets
                .gradient
                .map(|(log_ratio, _)| log_ratio.exp()),
            by_age: (shares::<AGES>(&children.1, &expected.1), ages),
            by_group: (shares::<GROUPS>(&children.2, &expected.2), groups),
            spread: spread.unwrap_or(USUAL_SPREAD),
        }
    }

    /// What must be said of England's figures, need by need.
    fn remark(&mut self) {
        let mut found = Vec::new();
        for (need, model) in &self.needs {
            let indicator = need.word(&self.inputs.catalogue.indicators).to_owned();
            let mut say = |code, message: String| {
                let mut issue = Issue::new(code, message);
                issue.indicator.clone_from(&indicator);
                issue.period = Some(self.period);
                found.push(issue);
            };
            let Some(model) = model else {
                say(
                    IssueCode::SourceSymbol,
                    "England’s count is not published".into(),
                );
                continue;
            };
            let known = &model.known;
            if known.period != self.period {
                let message = format!("England’s count is that of {}", known.period);
                say(IssueCode::SplitOfAnotherYear, message);
            }
            for (id, period) in &known.added {
                if *period != self.period {
                    let title = &self.inputs.catalogue.indicators.get(*id).title;
                    let message = format!("of what is added, “{title}” is that of {period}");
                    say(IssueCode::SplitOfAnotherYear, message);
                }
            }
            let splits = [("age", known.by_age.1), ("ethnic group", known.by_group.1)];
            for (what, of) in splits {
                match of {
                    Some(year) if year != self.period => say(
                        IssueCode::SplitOfAnotherYear,
                        format!("rates by {what} against one another are those of {year}"),
                    ),
                    Some(_) => {}
                    None => say(
                        IssueCode::SplitMissing,
                        format!("what is expected does not know of {what}"),
                    ),
                }
            }
            match known.ratio_per_decile {
                Some(_) => say(
                    IssueCode::Ecological,
                    "rates by deprivation are those of the gradient between authorities".into(),
                ),
                None => say(
                    IssueCode::SplitMissing,
                    "what is expected does not know of deprivation: no gradient was fitted".into(),
                ),
            }
        }
        self.issues.extend(found);
    }
}

/// Children in need.
pub(crate) const CIN: &str = "cin_at_31_march";
/// Children on a child in need plan.
pub(crate) const CIN_PLAN: &str = "cin_plan_at_31_march";
/// Children on a protection plan.
pub(crate) const CPP: &str = "cpp_at_31_march";

fn shares<const N: usize>(children: &[f64; N], expected: &[f64; N]) -> [EnglandShare; N] {
    std::array::from_fn(|at| EnglandShare {
        children: children[at],
        expected: expected[at],
    })
}

/// The latest year of England's children in need.
fn latest(inputs: Inputs<'_>) -> Option<Period> {
    let id = inputs.catalogue.indicators.id(CIN)?;
    let of_england = inputs.cube.indicator(id).iter().filter(|cell| {
        cell.key.area == AreaCode::ENGLAND
            && cell.key.stratum.is_total()
            && cell.numerator.is_value()
    });
    of_england.map(|cell| cell.key.period).max()
}

/// The level that planning asks for beside the first of a run.
fn levels(of_run: Levels) -> Levels {
    let first = of_run.first().value();
    let both = if first > PLANNING {
        [PLANNING, first]
    } else {
        [first, PLANNING]
    };
    Levels::new(&both).unwrap_or_else(|_| of_run.first_only())
}

fn sound(assumptions: &Assumptions) -> Result<(), NeedsError> {
    let share = |found: f64| (0.0..=1.0).contains(&found);
    let amount = |found: f64| found.is_finite() && (0.0..=5.0).contains(&found);
    let checks = [
        (
            "draws",
            f64::from(assumptions.draws),
            (100..=100_000).contains(&assumptions.draws),
            "from 100 to 100,000",
        ),
        (
            "spread",
            assumptions.spread.unwrap_or(0.0),
            assumptions.spread.is_none_or(amount),
            "from 0 to 5",
        ),
        (
            "group_error",
            assumptions.group_error,
            amount(assumptions.group_error),
            "from 0 to 5",
        ),
        (
            "family_help_share",
            assumptions.family_help_share,
            share(assumptions.family_help_share),
            "from 0 to 1",
        ),
        (
            "early_help_share",
            assumptions.early_help_share,
            share(assumptions.early_help_share),
            "from 0 to 1",
        ),
    ];
    match checks.into_iter().find(|(_, _, sound, _)| !sound) {
        Some((name, found, _, must)) => Err(NeedsError::Assumption { name, found, must }),
        None => Ok(()),
    }
}
