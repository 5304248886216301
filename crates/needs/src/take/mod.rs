//! What it would take: children and cost if rates met another level, spend for each child, and whether
//! spend on help goes with children in need the year after.
//!
//! A difference is that between two numbers of which neither is known: how many children in all years like
//! this one the authority would count (gamma, of the shape of its count), and how many the level would give.
//! The level's own uncertainty is that of the fitted model (log-normal), of England's count or of each
//! neighbour's (gamma), and none for a rate that was chosen. A cost is a difference times what a child costs
//! (log-normal, its median the cost given). A difference is drawn as a whole, and each cost with it.

mod change;
mod help;
mod spend;

use std::collections::BTreeMap;

use disparity_core::needs::Assumed;
use disparity_core::needs::take::{COSTED, HelpQuestion, Take, TakeAssumptions, UnitCost};
use disparity_core::{AreaCode, Areas, NeighbourModel, Period};

use crate::NeedsError;
use crate::england::England;
use change::Changes;
use spend::{Prices, Spending};

impl England<'_> {
    /// What it would take in one authority, beside those of one published list of statistical neighbours.
    /// What spend on help goes with is the same for every authority, so it is asked once
    /// ([`England::help_question`]) and is not in it.
    ///
    /// # Errors
    /// [`NeedsError`] where an assumption cannot be meant, or the authority's children are not known.
    pub fn take(
        &self,
        authority: AreaCode,
        neighbours: NeighbourModel,
        assumptions: &TakeAssumptions,
    ) -> Result<Take, NeedsError> {
        sound(assumptions)?;
        let prices = Prices::of(assumptions)?;
        let areas = &self.inputs.catalogue.areas;
        let neighbours = usual_neighbours(areas, neighbours, authority);
        let mut issues = Vec::new();
        let changes = Changes {
            england: self,
            authority,
            neighbours: &neighbours,
            assumptions,
        };
        let changes = changes.all(&mut issues)?;
        let spending = Spending {
            catalogue: self.inputs.catalogue,
            populations: self.inputs.populations,
            authority,
            neighbours: &neighbours,
            prices,
        };
        Ok(Take {
            provenance: self.inputs.results.provenance,
            authority,
            region: areas.get(authority).and_then(|own| own.region),
            period: self.period(),
            levels: self.levels,
            changes,
            prices: prices.year(),
            spend: spending.rows(),
            served: spending.served(self.known()),
            assumed: self.assumed_of(assumptions),
            help: None,
            issues,
        })
    }

    /// Whether spend on help goes with children in need the year after: one answer for all authorities.
    ///
    /// # Errors
    /// [`NeedsError`] where an assumption cannot be meant or too little is known to fit a model.
    pub fn help_question(&self, assumptions: &TakeAssumptions) -> Result<HelpQuestion, NeedsError> {
        sound(assumptions)?;
        let data = help::Data {
            cube: self.inputs.cube,
            populations: self.inputs.populations,
            catalogue: self.inputs.catalogue,
            until: self.period(),
            prices: Prices::of(assumptions)?,
        };
        data.question(self.levels)
    }

    /// The assumptions as they were used.
    fn assumed_of(&self, own: &TakeAssumptions) -> Vec<Assumed> {
        let draws = Assumed {
            name: "draws",
            value: f64::from(self.assumptions.draws),
            words: "Intervals of children and costs are made from so many draws.".into(),
        };
        let mut all = vec![draws];
        for (indicator, _) in COSTED {
            let (cost, names) = cost_of(own, indicator);
            let default = cost_of(&TakeAssumptions::default(), indicator).0;
            let quoted = cost.pounds.total_cmp(&default.pounds).is_eq();
            all.push(Assumed {
                name: names.pounds,
                value: cost.pounds,
                words: format!(
                    "What {} costs for a year, in pounds, before inflation: {}.",
                    names.child,
                    if quoted {
                        "the figure of the Independent Review of Children’s Social Care (2022)"
                    } else {
                        "a figure that was given"
                    }
                ),
            });
            all.push(Assumed {
                name: names.spread,
                value: cost.spread,
                words: format!(
                    "The standard deviation of the logarithm of that cost; unless one is given it is {}, about that \
                     between authorities of what their statements of 2024-25 come to for each child.",
                    default.spread
                ),
            });
            if let Some(rate) = cost.chosen_rate {
                all.push(Assumed {
                    name: names.rate,
                    value: rate,
                    words: format!(
                        "A rate to meet for {}, per 10,000 aged 0 to 17, taken as it is.",
                        names.child
                    ),
                });
            }
        }
        all.push(Assumed {
            name: "inflation",
            value: own.inflation,
            words: match own.price_year {
                Some(year) => format!(
                    "Costs are multiplied by this, to be in prices of {}.",
                    year.financial_year()
                ),
                None => {
                    "Costs are multiplied by this; at 1 they are in the prices of their source."
                        .into()
                }
            },
        });
        if let Some(year) = own.price_year.filter(|_| !own.deflator.is_empty()) {
            all.extend(own.deflator.iter().map(|(of, index)| Assumed {
                name: "deflator",
                value: *index,
                words: format!(
                    "The index of prices in {}, by which spend is brought to prices of {}.",
                    of.financial_year(),
                    year.financial_year()
                ),
            }));
        }
        all
    }
}

/// What the assumptions about one kind of child are called in a plan.
#[derive(Clone, Copy)]
struct Names {
    child: &'static str,
    pounds: &'static str,
    spread: &'static str,
    rate: &'static str,
}

/// What one child counted as an indicator costs.
fn cost_of(assumptions: &TakeAssumptions, indicator: &str) -> (UnitCost, Names) {
    if indicator == COSTED[1].0 {
        let names = Names {
            child: "a child looked after",
            pounds: "looked_after_cost",
            spread: "looked_after_cost_spread",
            rate: "looked_after_rate",
        };
        return (assumptions.looked_after, names);
    }
    let names = Names {
        child: "a child in need",
        pounds: "in_need_cost",
        spread: "in_need_cost_spread",
        rate: "in_need_rate",
    };
    (assumptions.in_need, names)
}

/// The statistical neighbours whose counts are large enough for a median.
fn usual_neighbours(areas: &Areas, model: NeighbourModel, authority: AreaCode) -> Vec<AreaCode> {
    let listed = areas.neighbours(model, authority).iter();
    let usual = listed.filter(|own| !areas.get(own.area).is_some_and(|area| area.tiny));
    usual.map(|own| own.area).collect()
}

/// Refuses what cannot be meant.
fn sound(assumptions: &TakeAssumptions) -> Result<(), NeedsError> {
    let unless = |sound: bool, name, found, must| {
        if sound {
            Ok(())
        } else {
            Err(NeedsError::Assumption { name, found, must })
        }
    };
    for (indicator, _) in COSTED {
        let (cost, names) = cost_of(assumptions, indicator);
        unless(
            cost.pounds.is_finite() && (0.0..=1e8).contains(&cost.pounds),
            names.pounds,
            cost.pounds,
            "from 0 to 100,000,000 pounds a year for each child; fewer children show as a cost below 0 by themselves",
        )?;
        unless(
            (0.0..=2.0).contains(&cost.spread),
            names.spread,
            cost.spread,
            "from 0 to 2, the standard deviation of the cost's logarithm; 0.25 is about a quarter more or less",
        )?;
        let rate = cost.chosen_rate.unwrap_or(0.0);
        unless(
            (0.0..=10_000.0).contains(&rate),
            names.rate,
            rate,
            "from 0 to 10,000 children per 10,000",
        )?;
    }
    let inflation = assumptions.inflation;
    unless(
        (0.01..=100.0).contains(&inflation),
        "inflation",
        inflation,
        "a factor from 0.01 to 100: 1.2 for prices that are a fifth higher",
    )?;
    unless(
        inflation.total_cmp(&1.0).is_eq() || assumptions.price_year.is_some(),
        "inflation",
        inflation,
        "1 unless `price_year` says in which year's prices costs are then; give the year",
    )?;
    index_is_sound(&assumptions.deflator)
}

fn index_is_sound(deflator: &BTreeMap<Period, f64>) -> Result<(), NeedsError> {
    let wrong = deflator
        .iter()
        .find(|(_, index)| !(index.is_finite() && **index > 0.0));
    match wrong {
        Some((_, found)) => Err(NeedsError::Assumption {
            name: "deflator",
            found: *found,
            must: "an index of prices above 0 for every financial year",
        }),
        None => Ok(()),
    }
}
