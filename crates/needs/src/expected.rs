//! What is expected of the neighbourhoods of an authority, three ways.
//!
//! (a) At England's rates by tenth of deprivation, age and ethnic group: a synthetic estimator (Rao and Molina
//! 2015, chapter 3), which borrows everything but its children from elsewhere, so it cannot show what is
//! particular about a neighbourhood. (b) The same, scaled to what the program's quoted model expects of the
//! authority. (c) The same, scaled to what the authority counted: ratio benchmarking (Rao and Molina 2015,
//! section 6.4.6); it shares a count out and says nothing of whether the count is what it should be.
//! Neighbourhoods add up to the authority in all three, and in (a) authorities to England.
//!
//! # What this cannot show
//! Expected is not needed: it is what children of the same age and group in neighbourhoods as deprived have in
//! England, with whatever is over- and under-served there. Rates go with deprivation between authorities, and
//! nothing says that they do so between neighbourhoods or families. Children looked after are counted by the
//! authority that looks after them, wherever they live now.
//!
//! # References
//! - Rao J N K, Molina I (2015). Small Area Estimation, 2nd edition. Wiley. <https://doi.org/10.1002/9781118735855>

use disparity_core::needs::{
    Assumed, ChildrenOf, Estimated, ExpectedNeed, Likely, Need, NeedsAssessment, Way,
};
use disparity_core::neighbourhoods::Footprints;
use disparity_core::{AreaCode, Count, Intervals, Issue, IssueCode, Reported, Symbol};

use crate::NeedsError;
use crate::children::{AGES, Children, GROUPS, TENTHS};
use crate::england::{CIN, CIN_PLAN, CPP, England, Model};
use crate::parts::Parts;
use crate::simulate::{Drawn, Pair, Scale, Setting, at_rates};

impl England<'_> {
    /// Assesses one authority, with its teams if there are any.
    ///
    /// # Errors
    /// [`NeedsError`] where the authority has no neighbourhoods or its children are not known, or a
    /// neighbourhood is not in exactly one footprint.
    pub fn assess(
        &self,
        authority: AreaCode,
        footprints: Option<&Footprints>,
    ) -> Result<NeedsAssessment, NeedsError> {
        let period = self.period;
        let parts = self.parts_of(authority, footprints)?;
        let setting = self.setting(authority, &parts)?;
        let children = setting.children;
        let shares = setting.shares()?;
        let mut expected = Vec::new();
        let mut counted = Vec::new();
        for (number, (need, model)) in (0_u64..).zip(&self.needs) {
            let Some(model) = model else {
                counted.push((*need, Reported::Symbol(Symbol::NotAvailable)));
                let absent = [Reported::Symbol(Symbol::NotAvailable); 3];
                expected.extend(rows(*need, &parts, absent, &[]));
                continue;
            };
            let figures: Vec<f64> = children
                .own
                .iter()
                .map(|own| at_rates(own, &own.shares(), &model.rates))
                .collect();
            let sums = parts.sums::<1>(&figures);
            let scale = self.scale(*need, model, authority, children, sums[0]);
            counted.push((*need, scale.count));
            let drawn = Drawn {
                number,
                rates: &model.drawn,
                spread: model.known.spread,
                scale: Scale {
                    as_expected: scale.as_expected.value(),
                    counted: scale.benchmark.value(),
                },
            };
            let intervals = setting.of_need(drawn, &shares);
            let totals = [
                Reported::Value(sums[0]),
                scale.as_expected.map(|(total, _)| total),
                scale.benchmark,
            ];
            let found: Vec<(f64, [Pair; 3])> = sums.iter().copied().zip(intervals).collect();
            expected.extend(rows(*need, &parts, totals, &found));
        }
        let of_groups = setting.of_groups(&shares);
        Ok(NeedsAssessment {
            provenance: self.inputs.results.provenance,
            authority,
            period,
            edition: self.edition,
            levels: self.levels,
            footprints: footprints.cloned(),
            children: children_of(children, &parts, &of_groups),
            expected,
            counted,
            england: self
                .needs
                .iter()
                .filter_map(|(_, model)| Some(model.as_ref()?.known.clone()))
                .collect(),
            assumed: self.assumed(),
            issues: self.said_of(authority, children),
        })
    }

    /// What is known of a need in England; an error where nothing is expected of it.
    pub(crate) fn model_of(&self, need: Need) -> Result<&Model, NeedsError> {
        let found = self.needs.iter().find(|(own, _)| *own == need);
        let model = found.and_then(|(_, model)| model.as_ref());
        model.ok_or_else(|| NeedsError::NothingExpected {
            need: need.word(&self.inputs.catalogue.indicators).to_owned(),
        })
    }

    /// The parts of an authority of today.
    pub(crate) fn parts_of(
        &self,
        authority: AreaCode,
        footprints: Option<&Footprints>,
    ) -> Result<Parts, NeedsError> {
        let own = self.inputs.neighbourhoods.of(authority);
        if own.is_empty() {
            return Err(NeedsError::NoNeighbourhoods { authority });
        }
        Parts::new(own, footprints)
    }

    /// What intervals of an authority are made for.
    pub(crate) fn setting<'b>(
        &'b self,
        authority: AreaCode,
        parts: &'b Parts,
    ) -> Result<Setting<'b>, NeedsError> {
        let period = self.period;
        let none = NeedsError::NoChildren { authority, period };
        Ok(Setting {
            authority,
            children: self.authorities.get(&authority).ok_or(none)?,
            parts,
            errors: self.inputs.group_errors,
            assumptions: self.assumptions,
            levels: self.levels,
        })
    }

    /// What the quoted model expects of an authority, and the standard error of its logarithm.
    pub(crate) fn as_expected_of(
        &self,
        need: Need,
        model: &Model,
        authority: AreaCode,
        children: &Children,
    ) -> Reported<(f64, f64)> {
        let own = children.own.iter();
        let all = own.map(|own| at_rates(own, &own.shares(), &model.rates));
        self.scale(need, model, authority, children, all.sum())
            .as_expected
    }

    /// What a need of an authority is scaled to.
    fn scale(
        &self,
        need: Need,
        model: &Model,
        authority: AreaCode,
        children: &Children,
        at_rates_of_england: f64,
    ) -> Totals {
        let known = self.known();
        let unavailable = Reported::Symbol(Symbol::NotAvailable);
        if let Need::Indicator(id) = need {
            let count = known.counted(id, model.known.period, authority);
            return Totals {
                as_expected: known.expected(id, authority),
                benchmark: count.map(f64::from),
                count,
            };
        }
        // As many more or fewer than at England's rates as children in need are expected to be.
        let in_need = known.indicator(CIN).map(Need::Indicator);
        let of_in_need = self.needs.iter().find(|(own, _)| Some(*own) == in_need);
        let as_expected = match of_in_need {
            Some((Need::Indicator(id), Some(own))) => {
                let all: f64 = children
                    .own
                    .iter()
                    .map(|living| at_rates(living, &living.shares(), &own.rates))
                    .sum();
                known
                    .expected(*id, authority)
                    .map(|(expected, error)| (at_rates_of_england * expected / all, error))
            }
            _ => unavailable,
        };
        if need == Need::FamilyHelpAllowance {
            let nobody = Reported::Symbol(Symbol::NotApplicable);
            return Totals {
                as_expected,
                benchmark: nobody,
                count: Reported::Symbol(Symbol::NotApplicable),
            };
        }
        let latest = |name| {
            let found = known.indicator(name);
            let count =
                found.and_then(|id| Some(known.counted(id, known.england(id)?.1, authority)));
            count.unwrap_or(Reported::Symbol(Symbol::NotAvailable))
        };
        let count = Reported::sum_complete([latest(CIN_PLAN), latest(CPP)]);
        let all: f64 = children.own.iter().map(|own| own.children).sum();
        // Whole children: they are shared out as such.
        let early_help = (self.assumptions.early_help_share * all).round();
        Totals {
            as_expected,
            benchmark: count.map(|count| f64::from(count) + early_help),
            count,
        }
    }

    /// Assumptions as they were used.
    fn assumed(&self) -> Vec<Assumed> {
        let own = self.assumptions;
        let mut all = vec![
            Assumed {
                name: "draws",
                value: f64::from(own.draws),
                words: "Intervals are made from so many draws.".into(),
            },
            Assumed {
                name: "group_error",
                value: own.group_error,
                words: "The measured error of children by ethnic group is multiplied by this; it was measured of \
                        districts, and neighbourhoods are taken to be like the smallest estimates among them."
                    .into(),
            },
            Assumed {
                name: "family_help_share",
                value: own.family_help_share,
                words: "The share of all children in the Family Help cohort; 5% is the allowance of the Independent \
                        Review of Children’s Social Care (2022). They are taken to be spread as children in need are."
                    .into(),
            },
            Assumed {
                name: "early_help_share",
                value: own.early_help_share,
                words: "The share of all children in targeted early help, who are added to those on plans; no count is \
                        published, so none are added unless a share is given."
                    .into(),
            },
        ];
        for (need, model) in &self.needs {
            let Some(model) = model else { continue };
            let title = need.title(&self.inputs.catalogue.indicators);
            all.push(Assumed {
                name: "spread",
                value: model.known.spread,
                words: format!(
                    "{title}: the standard deviation of log rates between neighbourhoods alike in deprivation, age and \
                     ethnic group; that between authorities stands for it unless one is given."
                ),
            });
        }
        all
    }

    /// What must be said of an authority's figures.
    fn said_of(&self, authority: AreaCode, children: &Children) -> Vec<Issue> {
        let mut issues = self.issues.clone();
        let rows = children.own.len() as u64;
        let mut say = |code, rows, message: &str| {
            let mut issue = Issue::new(code, message);
            issue.area = Some(authority);
            issue.period = Some(self.period);
            issue.rows = rows;
            issues.push(issue);
        };
        say(
            IssueCode::NeighbourhoodEstimate,
            rows,
            "children of neighbourhoods by age and ethnic group are estimated",
        );
        if children.later_tenths > 0 {
            let message = "neighbourhoods were redrawn since the index in force";
            say(
                IssueCode::DecileOfLaterIndex,
                children.later_tenths,
                message,
            );
        }
        if !children.ages_known {
            let message = "the authority’s children by age are not known; the neighbourhoods’ own ages stand for them";
            say(IssueCode::SourceSymbol, rows, message);
        }
        if !children.groups_known {
            let message = "the authority’s children by ethnic group are not known; the shares of residents of all ages \
                           stand for them in what is expected, and no children by group are shown";
            say(IssueCode::SourceSymbol, rows, message);
        }
        if children.zeros_filled {
            let message = "children of groups of whom nobody lived there at the census had to be put somewhere";
            say(IssueCode::NeighbourhoodEstimate, rows, message);
        }
        issues
    }
}

/// What a need of an authority is scaled to, and what it counted.
struct Totals {
    /// With the standard error of its logarithm.
    as_expected: Reported<(f64, f64)>,
    benchmark: Reported<f64>,
    count: Reported<Count>,
}

/// The rows of one need in order: figures at England's rates by part, scaled to the total of each way. The
/// authority's own row is that total to the last digit.
fn rows(
    need: Need,
    parts: &Parts,
    totals: [Reported<f64>; 3],
    found: &[(f64, [Pair; 3])],
) -> Vec<ExpectedNeed> {
    let all = found.first().map_or(0.0, |(all, _)| *all);
    let share = move |value: f64| if all > 0.0 { value / all } else { 0.0 };
    let ways = Way::ALL.into_iter().zip(totals).enumerate();
    ways.flat_map(|(at, (way, total))| {
        parts.all.iter().enumerate().map(move |(place, part)| {
            let number = total.and_then(|total| match found.get(place) {
                Some((value, pairs)) => Reported::Value(Likely {
                    expected: share(*value) * total,
                    intervals: pairs[at][0],
                    seen: pairs[at][1],
                }),
                None => Reported::Symbol(Symbol::NotAvailable),
            });
            ExpectedNeed {
                need,
                way,
                part: *part,
                number,
            }
        })
    })
    .collect()
}

/// Children by part.
fn children_of(
    children: &Children,
    parts: &Parts,
    of_groups: &[[Intervals; GROUPS]],
) -> Vec<ChildrenOf> {
    const WIDTH: usize = AGES * GROUPS + TENTHS;
    let mut figures = Vec::with_capacity(children.own.len() * WIDTH);
    for own in &children.own {
        figures.extend(own.cells());
        figures.extend((0..TENTHS).map(|tenth| {
            if tenth == own.tenth {
                own.children
            } else {
                0.0
            }
        }));
    }
    let of_ages: Vec<f64> = children.own.iter().flat_map(|own| own.ages).collect();
    let of_ages = parts.sums::<AGES>(&of_ages);
    let sums = parts.sums::<WIDTH>(&figures);
    let known = |known: bool| {
        if known {
            Reported::Value(())
        } else {
            Reported::Symbol(Symbol::NotAvailable)
        }
    };
    let (ages_known, groups_known) = (known(children.ages_known), known(children.groups_known));
    let each = parts
        .all
        .iter()
        .zip(sums.chunks_exact(WIDTH))
        .zip(of_groups);
    each.zip(of_ages.chunks_exact(AGES))
        .map(|(((part, sums), intervals), ages)| {
            let cells: [[f64; GROUPS]; AGES] =
                std::array::from_fn(|age| std::array::from_fn(|group| sums[age * GROUPS + group]));
            let by_group: [Estimated; GROUPS] = std::array::from_fn(|group| Estimated {
                value: cells.iter().map(|of_age| of_age[group]).sum(),
                intervals: intervals[group],
            });
            ChildrenOf {
                part: *part,
                children: ages.iter().sum(),
                by_age: ages_known.map(|()| std::array::from_fn(|age| ages[age])),
                by_group: groups_known.map(|()| by_group),
                by_age_and_group: ages_known.zip(groups_known).map(|_| cells),
                by_decile: std::array::from_fn(|tenth| sums[AGES * GROUPS + tenth]),
            }
        })
        .collect()
}
