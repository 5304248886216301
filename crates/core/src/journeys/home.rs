//! The neighbourhoods that homes are in, as small numbers.

use std::sync::Arc;

use crate::AreaCode;

/// Where a home was: the number of a neighbourhood among [`Homes`], or why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct HomeId(pub u16);

impl HomeId {
    /// No home is recorded.
    pub const BLANK: Self = Self(0);
    /// One is recorded, and nobody can tell its neighbourhood: the postcode is not in the lookup, is cut to
    /// the sector, or the lookup names no neighbourhood.
    pub const UNKNOWN: Self = Self(u16::MAX);
    /// It is not in England.
    pub const OUTSIDE: Self = Self(u16::MAX - 1);

    /// Whether it is the number of a neighbourhood.
    #[must_use]
    pub const fn is_place(self) -> bool {
        self.0 != Self::BLANK.0 && self.0 < Self::OUTSIDE.0
    }
}

/// Codes of neighbourhoods (lower layer super output areas, of 2021 or of 2011 as the lookup of postcodes
/// had them), in order; number 1 is the first.
///
/// A code of 2011 is one of 2021 too wherever its bounds stayed as they were.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Homes(Arc<[AreaCode]>);

impl Homes {
    /// The most that can be numbered.
    pub const MOST: usize = HomeId::OUTSIDE.0 as usize - 1;

    /// Numbers codes in order. None if there are more than [`Self::MOST`] different ones.
    #[must_use]
    pub fn new(mut codes: Vec<AreaCode>) -> Option<Self> {
        codes.sort_unstable();
        codes.dedup();
        (codes.len() <= Self::MOST).then(|| Self(codes.into()))
    }

    /// The number of a code, if it has one.
    #[must_use]
    pub fn id(&self, code: AreaCode) -> Option<HomeId> {
        let at = self.0.binary_search(&code).ok()?;
        u16::try_from(at + 1).ok().map(HomeId)
    }

    /// The code of a number; none where it stands for no neighbourhood.
    #[must_use]
    pub fn get(&self, id: HomeId) -> Option<AreaCode> {
        let at = usize::from(id.0).checked_sub(1)?;
        self.0.get(at).copied()
    }

    /// Every code, in order.
    #[must_use]
    pub fn codes(&self) -> &[AreaCode] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_numbered_in_order_and_what_is_no_place_has_no_code() {
        let code = |text: &str| text.parse::<AreaCode>().unwrap();
        let codes = ["E01000009", "E01000001", "E01000009"].map(code);
        let homes = Homes::new(codes.to_vec()).unwrap();
        assert_eq!(homes.codes(), ["E01000001", "E01000009"].map(code));
        assert_eq!(homes.id(codes[0]), Some(HomeId(2)));
        assert_eq!(homes.id(code("E01000002")), None);
        assert_eq!(homes.get(HomeId(1)), Some(codes[1]));
        for none in [HomeId::BLANK, HomeId::UNKNOWN, HomeId::OUTSIDE] {
            assert_eq!((homes.get(none), none.is_place()), (None, false));
        }
        assert!(HomeId(1).is_place());
        let many = (0..=Homes::MOST).map(|at| code(&format!("E01{at:06}")));
        assert!(Homes::new(many.collect()).is_none());
    }
}
