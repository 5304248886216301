//! Children in low-income families in neighbourhoods whose count the publisher withholds.
//!
//! The index of income deprivation among children ranks every neighbourhood by the share of its
//! children in such families, also those whose count is withheld because it is below 10. The share
//! of a withheld neighbourhood therefore lies between those of its neighbours in rank, and its count
//! is that share of its published children, and less than the smallest count that is shown.

/// A neighbourhood: its rank (1 the highest share), its children, and how many are in low-income
/// families where that is published.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ranked {
    pub(super) rank: u32,
    pub(super) children: f64,
    pub(super) low_income: Option<f64>,
}

/// The children in low-income families of each neighbourhood: as published, or estimated from its rank.
///
/// Published counts are rounded to 5, so that shares do not quite fall with rank; they are made to by
/// pooling neighbours that do not (pool adjacent violators, weighted by children). Between ranks the
/// share is interpolated; past the last published one it falls to nothing at the end of the list.
pub(super) fn estimated(neighbourhoods: &[Ranked]) -> Vec<f64> {
    let steps = falling(neighbourhoods);
    let end = neighbourhoods.iter().map(|n| n.rank).max().unwrap_or(0) + 1;
    let shown = neighbourhoods.iter().filter_map(|n| n.low_income);
    let most = shown.fold(f64::INFINITY, f64::min) - 1.0;
    neighbourhoods
        .iter()
        .map(|n| {
            let from_rank =
                || (share_at(&steps, n.rank, end) * n.children).clamp(0.0, most.max(0.0));
            n.low_income.unwrap_or_else(from_rank)
        })
        .collect()
}

/// Published shares by rank, none higher than the one before.
fn falling(neighbourhoods: &[Ranked]) -> Vec<(u32, f64)> {
    let mut known: Vec<(u32, f64, f64)> = neighbourhoods
        .iter()
        .filter(|n| n.children > 0.0)
        .filter_map(|n| Some((n.rank, n.low_income?, n.children)))
        .collect();
    known.sort_by_key(|(rank, ..)| *rank);
    // Pools of neighbours in rank: their counts, their children, and how many they are.
    let mut pools: Vec<(f64, f64, usize)> = Vec::with_capacity(known.len());
    for (_, count, children) in &known {
        let mut pool = (*count, *children, 1);
        while let Some(before) = pools.pop_if(|before| before.0 * pool.1 < pool.0 * before.1) {
            pool = (pool.0 + before.0, pool.1 + before.1, pool.2 + before.2);
        }
        pools.push(pool);
    }
    let shares = pools
        .into_iter()
        .flat_map(|(count, children, n)| std::iter::repeat_n(count / children, n));
    known.iter().map(|(rank, ..)| *rank).zip(shares).collect()
}

fn share_at(steps: &[(u32, f64)], rank: u32, end: u32) -> f64 {
    let after = steps.partition_point(|(known, _)| *known < rank);
    let before = after.checked_sub(1).map(|before| steps[before]);
    match (before, steps.get(after).copied()) {
        (None, None) => 0.0,
        (None, Some((_, share))) => share,
        (Some(before), after) => {
            let (next, share) = after.unwrap_or((end, 0.0));
            let way = f64::from(rank - before.0) / f64::from(next - before.0);
            before.1 + (share - before.1) * way
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(rank: u32, children: f64, low_income: Option<f64>) -> Ranked {
        Ranked {
            rank,
            children,
            low_income,
        }
    }

    #[test]
    fn a_withheld_count_lies_between_those_of_its_neighbours_in_rank() {
        let found = estimated(&[
            one(1, 100.0, Some(40.0)),
            one(2, 50.0, None),
            one(3, 100.0, Some(10.0)),
            one(4, 60.0, None),
        ]);
        // Half way between 40% and 10% of 50 is 12.5, but a count that large would be shown.
        assert_eq!(found, [40.0, 9.0, 10.0, 3.0]);
    }

    #[test]
    fn shares_that_rise_with_rank_are_pooled() {
        let found = falling(&[
            one(1, 100.0, Some(40.0)),
            one(2, 100.0, Some(10.0)),
            one(3, 300.0, Some(50.0)),
        ]);
        assert_eq!(found, [(1, 0.4), (2, 0.15), (3, 0.15)]);
        assert_eq!(estimated(&[one(1, 30.0, None)]), [0.0]);
    }
}
