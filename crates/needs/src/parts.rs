//! The parts of an authority that figures are of, and which of them each neighbourhood is in.

use disparity_core::AreaCode;
use disparity_core::needs::Part;
use disparity_core::neighbourhoods::{Footprints, Neighbourhood};

use crate::NeedsError;

/// Parts in order, and for each neighbourhood those it is in.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Parts {
    pub(crate) all: Vec<Part>,
    /// Positions in `all`, by neighbourhood.
    pub(crate) of: Vec<Vec<usize>>,
}

impl Parts {
    pub(crate) fn new(
        own: &[Neighbourhood],
        footprints: Option<&Footprints>,
    ) -> Result<Self, NeedsError> {
        let in_each: Vec<Vec<Part>> = own
            .iter()
            .map(|own| {
                let mut parts = vec![
                    Part::Authority,
                    Part::Ward(own.ward),
                    Part::Msoa(own.msoa),
                    Part::Neighbourhood(own.code),
                ];
                if let Some(footprints) = footprints {
                    parts.push(team(footprints, own.code)?);
                }
                Ok(parts)
            })
            .collect::<Result<_, NeedsError>>()?;
        let mut all: Vec<Part> = in_each.iter().flatten().copied().collect();
        all.sort_unstable();
        all.dedup();
        let place = |part: &Part| all.partition_point(|other| other < part);
        let of = in_each
            .iter()
            .map(|parts| parts.iter().map(place).collect())
            .collect();
        Ok(Self { all, of })
    }

    /// Sums of figures of neighbourhoods, `N` for each, by part.
    pub(crate) fn sums<const N: usize>(&self, figures: &[f64]) -> Vec<f64> {
        let mut sums = Vec::new();
        self.sums_into::<N>(figures, &mut sums);
        sums
    }

    /// The same, in the place of sums before.
    pub(crate) fn sums_into<const N: usize>(&self, figures: &[f64], sums: &mut Vec<f64>) {
        sums.clear();
        sums.resize(self.all.len() * N, 0.0);
        let (sums, _) = sums.as_chunks_mut::<N>();
        for (parts, own) in self.of.iter().zip(figures.as_chunks::<N>().0) {
            for part in parts {
                for (sum, figure) in sums[*part].iter_mut().zip(own) {
                    *sum += figure;
                }
            }
        }
    }
}

fn team(footprints: &Footprints, code: AreaCode) -> Result<Part, NeedsError> {
    let mut found = (0_u16..)
        .zip(&footprints.all)
        .filter(|(_, footprint)| footprint.neighbourhoods.binary_search(&code).is_ok());
    match (found.next(), found.count()) {
        (Some((at, _)), 0) => Ok(Part::Team(at)),
        (first, more) => Err(NeedsError::Footprints {
            neighbourhood: code,
            found: usize::from(first.is_some()) + more,
        }),
    }
}
