//! One draw of what an authority's neighbourhoods would have: what an invented world can be made from.

use disparity_core::AreaCode;
use disparity_core::needs::Need;

use crate::NeedsError;
use crate::children::GROUPS;
use crate::england::England;
use crate::simulate::WIDTH;

/// What would be expected of one neighbourhood at England's rates, were those and its children as drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DrawnNeighbourhood {
    /// The code.
    pub code: AreaCode,
    /// Tenth by deprivation, from 1, the most deprived, to 10.
    pub decile: u8,
    /// Children of each broad ethnic group ([`disparity_core::neighbourhoods::RESIDENT_GROUPS`]).
    pub groups: [f64; GROUPS],
}

impl England<'_> {
    /// Draws once, with all that intervals of expected numbers are made of: England's rates and children by group.
    /// The logarithm of the rate per tenth is then multiplied by `steepness`, so that a world can be made whose
    /// gradient is not the one that is believed in.
    ///
    /// # Errors
    /// [`NeedsError`] where the authority has no neighbourhoods, its children are not known, or nothing is expected
    /// as England's count is not published.
    pub fn draw_neighbourhoods(
        &self,
        authority: AreaCode,
        need: Need,
        steepness: f64,
    ) -> Result<Vec<DrawnNeighbourhood>, NeedsError> {
        let model = self.model_of(need)?;
        let parts = self.parts_of(authority, None)?;
        let setting = self.setting(authority, &parts)?;
        let drawn = setting.drawn_by_group(&model.drawn, &setting.shares()?);
        let drawn = drawn.first().map_or(&[][..], Vec::as_slice);
        // A rate grows by the ratio with every tenth that is more deprived.
        let per_tenth = model.known.ratio_per_decile.map_or(0.0, f64::ln);
        let own = self.inputs.neighbourhoods.of(authority).iter();
        let each = own.zip(&parts.of).zip(&setting.children.own);
        let each = each.map(|((own, of), living)| {
            // The smallest part, of which nothing else is one.
            let at = of.iter().max().map_or(0, |at| at * WIDTH);
            let steeper = (per_tenth * (steepness - 1.0) * (4.5 - living.tenth as f64)).exp();
            let figure = |group| drawn.get(at + 1 + group).map_or(0.0, |own| f64::from(*own));
            DrawnNeighbourhood {
                code: own.code,
                decile: u8::try_from(living.tenth + 1).unwrap_or(10),
                groups: std::array::from_fn(|group| figure(group) * steeper),
            }
        });
        Ok(each.collect())
    }
}
