//! How many children live in each neighbourhood, by age and ethnic group: an estimate.
//!
//! What is published is, of a neighbourhood, children aged 0 to 15 at the census of 2021, children by age at
//! mid-2020, and residents of all ages by ethnic group at the census; of an authority, children by age and
//! by ethnic group at every mid-year. Ages of neighbourhoods are scaled to those of the authority, band by
//! band. Residents by group are fitted to two margins, the neighbourhood's children and the authority's
//! children by group (iterative proportional fitting: Deming and Stephan 1940; as a way to keep the
//! associations of a census for areas of which later only margins are known, the structure preserving
//! estimation of Purcell and Kish 1980). A group is thus taken to have the same ratio of children to
//! residents, but for one factor of the neighbourhood, everywhere in an authority.
//!
//! Inside a neighbourhood nothing is known of ages by group. A fit of age by group that starts at independence
//! and has both margins is independence, so a cell is age × group ÷ children.
//!
//! # References
//! - Deming W E, Stephan F F (1940). On a least squares adjustment of a sampled frequency table when the
//!   expected marginal totals are known. Annals of Mathematical Statistics 11, 427–444.
//!   <https://doi.org/10.1214/aoms/1177731829>
//! - Purcell N J, Kish L (1980). Postcensal estimates for local areas (or domains). International Statistical
//!   Review 48, 3–18. <https://doi.org/10.2307/1402400>

use disparity_core::neighbourhoods::{Margins, Neighbourhood, Neighbourhoods};
use disparity_core::{AreaCode, Dimensions, Period, Populations, Stratum};
use disparity_stats::{FittingOptions, Margin, iterative_proportional_fitting};

use crate::NeedsError;

/// Age bands, ethnic groups and tenths by deprivation.
pub(crate) const AGES: usize = 5;
pub(crate) const GROUPS: usize = 5;
pub(crate) const TENTHS: usize = 10;
/// Cells of a table of children by tenth, age and group.
pub(crate) const CELLS: usize = TENTHS * AGES * GROUPS;

/// Where all groups had nobody at the census, or the margins cannot be met otherwise: as many residents
/// as a count of nobody allows for.
const FEWER_THAN_ONE: f64 = 0.5;

/// Children of one neighbourhood.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Living {
    pub(crate) children: f64,
    pub(crate) ages: [f64; AGES],
    pub(crate) groups: [f64; GROUPS],
    /// From 0, the most deprived.
    pub(crate) tenth: usize,
}

/// Children of an authority's neighbourhoods, in code order.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Children {
    pub(crate) own: Vec<Living>,
    /// The authority's children by group.
    pub(crate) groups: [f64; GROUPS],
    /// How far wrong those may be: the standard deviation of the logarithm.
    pub(crate) group_errors: [f64; GROUPS],
    /// Whether the authority's children by age are known.
    pub(crate) ages_known: bool,
    /// Whether the authority's children by group are known.
    pub(crate) groups_known: bool,
    /// Neighbourhoods whose decile is of a later index.
    pub(crate) later_tenths: u64,
    /// Whether groups had to be put where nobody of them lived at the census.
    pub(crate) zeros_filled: bool,
}

/// What estimates are made from.
#[derive(Clone, Copy)]
pub(crate) struct Sources<'a> {
    pub(crate) populations: &'a Populations,
    pub(crate) dimensions: &'a Dimensions,
    pub(crate) neighbourhoods: &'a Neighbourhoods,
    pub(crate) period: Period,
    pub(crate) edition: u16,
}

impl Children {
    /// The children of an authority's neighbourhoods.
    pub(crate) fn estimate(from: Sources<'_>, authority: AreaCode) -> Result<Self, NeedsError> {
        let own = from.neighbourhoods.of(authority);
        if own.is_empty() {
            return Err(NeedsError::NoNeighbourhoods { authority });
        }
        let all = from.populations.get(from.period, authority, Stratum::TOTAL);
        let all = all.and_then(|all| all.denominator.value.value());
        let all = all.filter(|all| *all > 0.0).ok_or(NeedsError::NoChildren {
            authority,
            period: from.period,
        })?;
        let margin = Margins::ages(from.populations, from.dimensions, from.period, authority);
        let ages = by_age(own, all, margin);
        let groups = Margins::groups(from.populations, from.dimensions, from.period, authority);
        let mut later_tenths = 0;
        let tenths: Vec<usize> = own
            .iter()
            .map(|own| {
                let (tenth, later) = tenth(own, from.edition)?;
                later_tenths += u64::from(later);
                Ok(tenth)
            })
            .collect::<Result<_, NeedsError>>()?;
        let totals: Vec<f64> = ages.iter().map(|ages| ages.iter().sum()).collect();
        let group_errors = groups.map_or([0.0; GROUPS], |groups| {
            groups.map(|group| group.error.of_rate())
        });
        let counts = groups.map(|groups| scaled_to(groups.map(|group| group.children), all));
        let (cells, zeros_filled) = by_group(own, &totals, counts)
            .map_err(|source| NeedsError::Fitting { authority, source })?;
        let own: Vec<Living> = (0..own.len())
            .map(|at| Living {
                children: totals[at],
                ages: ages[at],
                groups: std::array::from_fn(|group| cells[at * GROUPS + group]),
                tenth: tenths[at],
            })
            .collect();
        let groups_known = counts.is_some();
        let sum = |group: usize| own.iter().map(|own| own.groups[group]).sum();
        Ok(Self {
            groups: counts.unwrap_or_else(|| std::array::from_fn(sum)),
            group_errors,
            ages_known: margin.is_some(),
            groups_known,
            later_tenths,
            zeros_filled,
            own,
        })
    }

    /// Adds the children to a table by tenth, age and group.
    pub(crate) fn add_to(&self, table: &mut [f64]) {
        for own in &self.own {
            let cells = own.cells();
            let from = own.tenth * AGES * GROUPS;
            for (all, cell) in table[from..].iter_mut().zip(cells) {
                *all += cell;
            }
        }
    }
}

impl Living {
    /// The share of each group.
    pub(crate) fn shares(&self) -> [f64; GROUPS] {
        self.groups.map(|group| {
            if self.children > 0.0 {
                group / self.children
            } else {
                0.0
            }
        })
    }

    /// By age, then group, as if every group had the same ages.
    pub(crate) fn cells(&self) -> [f64; AGES * GROUPS] {
        std::array::from_fn(|at| {
            if self.children <= 0.0 {
                return 0.0;
            }
            self.ages[at / GROUPS] * self.groups[at % GROUPS] / self.children
        })
    }
}

/// Parts scaled to a sum; nobody stays nobody.
pub(crate) fn scaled_to<const N: usize>(parts: [f64; N], total: f64) -> [f64; N] {
    let sum: f64 = parts.iter().sum();
    if sum > 0.0 {
        parts.map(|part| part * total / sum)
    } else {
        parts
    }
}

/// The tenth of a neighbourhood, and whether it is of a later index.
fn tenth(own: &Neighbourhood, edition: u16) -> Result<(usize, bool), NeedsError> {
    let in_force = own.deciles(edition).and_then(|found| found.imd.value());
    let later = || own.deciles_2025.imd.value();
    let none = NeedsError::NoDecile {
        neighbourhood: own.code,
    };
    let decile = in_force.or_else(later).filter(|d| (1..=10).contains(d));
    let decile = decile.ok_or(none)?;
    Ok((usize::from(decile) - 1, in_force.is_none()))
}

/// Children by age of each neighbourhood: those of the census, scaled to the authority's, band by band where
/// those are known and all together where not.
fn by_age(own: &[Neighbourhood], all: f64, margin: Option<[f64; AGES]>) -> Vec<[f64; AGES]> {
    let sums = |ages: &[[f64; AGES]]| -> [f64; AGES] {
        std::array::from_fn(|age| ages.iter().map(|own| own[age]).sum())
    };
    let known: Vec<[f64; AGES]> = own
        .iter()
        .filter_map(Neighbourhood::children_by_age_at_census)
        .collect();
    let usual = sums(&known);
    let usual_young: f64 = usual[..AGES - 1].iter().sum();
    // Children at the census and none a year before: as old as the authority's others.
    let census = |own: &Neighbourhood| {
        own.children_by_age_at_census().unwrap_or_else(|| {
            let scale = f64::from(own.children_0_to_15) / usual_young.max(1.0);
            usual.map(|children| children * scale)
        })
    };
    let mut ages: Vec<[f64; AGES]> = own.iter().map(census).collect();
    let found = sums(&ages);
    let wanted = scaled_to(margin.unwrap_or(found), all);
    let total: f64 = found.iter().sum();
    for own in &mut ages {
        let share = own.iter().sum::<f64>() / total;
        for age in 0..AGES {
            own[age] = if found[age] > 0.0 {
                own[age] / found[age] * wanted[age]
            } else {
                share * wanted[age]
            };
        }
    }
    ages
}

/// Children by group of each neighbourhood, and whether groups were put where nobody of them lived. Where
/// the authority's are not known, the neighbourhood's residents of all ages give the shares.
fn by_group(
    own: &[Neighbourhood],
    totals: &[f64],
    counts: Option<[f64; GROUPS]>,
) -> disparity_stats::Result<(Vec<f64>, bool)> {
    let start = |least: f64| -> Vec<f64> {
        own.iter()
            .flat_map(|own| own.residents_by_group)
            .map(|residents| f64::from(residents).max(least))
            .collect()
    };
    let Some(counts) = counts else {
        let mut cells = start(0.0);
        for (own, total) in cells.chunks_exact_mut(GROUPS).zip(totals) {
            let shares: [f64; GROUPS] = std::array::from_fn(|group| own[group]);
            own.copy_from_slice(&scaled_to(shares, *total));
        }
        return Ok((cells, false));
    };
    if let Ok(cells) = fitted(&start(0.0), totals, &counts, FittingOptions::default()) {
        return Ok((cells, false));
    }
    let cells = fitted(
        &start(FEWER_THAN_ONE),
        totals,
        &counts,
        FittingOptions::default(),
    )?;
    Ok((cells, true))
}

/// A table of neighbourhoods by group fitted to both margins. Neighbourhoods come last, so that they are exact.
pub(crate) fn fitted(
    start: &[f64],
    totals: &[f64],
    counts: &[f64; GROUPS],
    options: FittingOptions,
) -> disparity_stats::Result<Vec<f64>> {
    let margins = [
        Margin {
            axes: &[1],
            totals: counts,
        },
        Margin { axes: &[0], totals },
    ];
    let shape = [totals.len(), GROUPS];
    Ok(iterative_proportional_fitting(&shape, start, &margins, options)?.cells)
}
