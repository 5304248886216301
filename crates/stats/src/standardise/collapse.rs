//! The collapsing rule: which reference cells are too thin to give a rate of their own, and what
//! they borrow instead. The rule keeps the reference's totals, so the reference against itself
//! still has a ratio of exactly 1.

use std::collections::BTreeMap;

use crate::check;
use crate::error::{Error, Result};
use crate::sum::sum;

/// One cell of the reference population.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReferenceCell {
    /// Events in the reference.
    pub count: f64,
    /// Population of the reference.
    pub population: f64,
}

/// The reference rate of every cell after collapsing, and where it came from.
#[derive(Debug, Clone, PartialEq)]
pub struct CollapsedReference {
    /// The rate to use for each cell; `None` when neither the cell nor any pool has population.
    pub rates: Vec<Option<f64>>,
    /// 0 when a cell kept its own rate, `k` when it took the pooled rate of step `k`.
    pub steps: Vec<usize>,
    /// Events behind each cell's rate.
    pub counts: Vec<f64>,
}

/// A set of cells that share a rate.
struct Pool {
    cells: Vec<usize>,
    count: f64,
    population: f64,
    step: usize,
}

impl Pool {
    fn of(cells: Vec<usize>, step: usize, reference: &[ReferenceCell]) -> Self {
        let count = sum(cells.iter().map(|&i| reference[i].count));
        let population = sum(cells.iter().map(|&i| reference[i].population));
        Pool {
            cells,
            count,
            population,
            step,
        }
    }

    fn is_thin(&self, minimum: f64) -> bool {
        self.count < minimum || self.population <= 0.0
    }
}

#[doc = include_str!("../../docs/collapse_reference.md")]
pub fn collapse_reference(
    reference: &[ReferenceCell],
    coarser: &[&[u32]],
    minimum: f64,
) -> Result<CollapsedReference> {
    let minimum = check::not_negative("minimum", minimum)?;
    check::at_least("the collapsing rule", 1, reference)?;
    for labels in coarser {
        check::same_length("reference", reference, "coarser", labels)?;
    }
    for (index, cell) in reference.iter().enumerate() {
        check::count(cell.count)
            .and(check::not_negative("population", cell.population))
            .map_err(|e| e.at(index))?;
        if cell.population <= 0.0 && cell.count > 0.0 {
            return Err(Error::Denominator {
                found: cell.population,
            }
            .at(index));
        }
    }
    let mut settled: Vec<Pool> = Vec::new();
    let mut thin: Vec<usize> = Vec::new();
    for index in 0..reference.len() {
        let pool = Pool::of(vec![index], 0, reference);
        if pool.is_thin(minimum) {
            thin.push(index);
        } else {
            settled.push(pool);
        }
    }
    for (k, labels) in coarser.iter().enumerate() {
        let mut groups: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        for &index in &thin {
            groups.entry(labels[index]).or_default().push(index);
        }
        thin.clear();
        for cells in groups.into_values() {
            let pool = Pool::of(cells, k + 1, reference);
            if pool.is_thin(minimum) {
                thin.extend(pool.cells);
            } else {
                settled.push(pool);
            }
        }
    }
    let last_step = coarser.len() + 1;
    if !thin.is_empty() {
        let rest = remainder(Pool::of(thin, last_step, reference), &mut settled, minimum);
        settled.push(rest);
    }
    spread(reference.len(), &settled)
}

/// The cells left over at the end share one rate; if even that is thin, they join the pool with
/// the fewest events, so that no rate rests on fewer than the minimum unless the whole reference does.
fn remainder(left: Pool, settled: &mut Vec<Pool>, minimum: f64) -> Pool {
    if !left.is_thin(minimum) {
        return left;
    }
    let fewest = (0..settled.len()).min_by(|&i, &j| {
        let key = |p: &Pool| (p.count, p.population);
        let ((a, b), (c, d)) = (key(&settled[i]), key(&settled[j]));
        a.total_cmp(&c).then(b.total_cmp(&d))
    });
    let Some(fewest) = fewest else { return left };
    let mut joined = settled.remove(fewest);
    joined.cells.extend(left.cells);
    joined.count += left.count;
    joined.population += left.population;
    joined.step = left.step;
    joined
}

fn spread(cells: usize, pools: &[Pool]) -> Result<CollapsedReference> {
    let mut collapsed = CollapsedReference {
        rates: vec![None; cells],
        steps: vec![0; cells],
        counts: vec![0.0; cells],
    };
    for pool in pools {
        let rate = if pool.population > 0.0 {
            Some(check::result(
                "a reference rate",
                pool.count / pool.population,
            )?)
        } else {
            None
        };
        for &i in &pool.cells {
            collapsed.rates[i] = rate;
            collapsed.steps[i] = pool.step;
            collapsed.counts[i] = pool.count;
        }
    }
    Ok(collapsed)
}
