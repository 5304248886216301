//! What an authority has seen in each neighbourhood, beside what would be expected there.
//!
//! # How
//! The ratio of seen to expected is drawn towards that of areas of its kind (gamma-Poisson: Clayton and Kaldor
//! 1987), by as much as its count is a matter of chance. How far areas of a kind spread is not one number but a
//! distribution (`disparity_stats::gamma_poisson_shapes`; Christiansen and Morris 1997), for the few areas of an
//! authority often seem to have no spread at all, and then intervals would have no width. The expected number
//! is drawn too, with everything that `simulate` draws of it, and a draw that the count makes more likely weighs
//! more. Of one draw: the spread, the expected number, the ratio. The interval leaves as much of the weight on
//! both sides; the probability of being under-served is the weight of ratios below the chosen share.
//!
//! Areas of a kind are those of one level, and of one group where counts are by group; areas of a group are drawn
//! towards what the authority has seen of that group. Groups of the authority are drawn towards each other.
//!
//! The main comparison shares out what was seen ([`Way::Benchmarked`]): its ratios say where more or fewer were
//! seen than elsewhere in the authority, and nothing of whether the authority sees enough. Children of no known
//! group are in all children; of a group as many fewer are expected, as if they were like the others.
//!
//! Only counts that are shown are used, so nothing that comes out is a function of a withheld count but through the
//! authority's total. As small counts are withheld, those that are left are not like all: shapes take them as what is
//! left when those from 1 to the threshold are taken away, and what is expected comes from the total.
//!
//! # How often it is right
//! In invented worlds of 40 neighbourhoods with about 16 children in need each (`tests::seen`), see the figures there.
//!
//! # What this cannot show
//! Fewer seen than expected is not need unmet: children may have less need than children like them elsewhere, or be
//! helped by somebody who counts otherwise. Whether children are over-served somewhere, or under-served everywhere,
//! does not show in what is shared out. A neighbourhood's expected number knows its deprivation by tenth, and ages and
//! groups as estimated, and nothing else. A child looked after is counted where the home was, if the table was made so: by
//! the postcode of a placement, neighbourhoods with children's homes and carers seem to see many. A home postcode that is
//! missing, of a refuge or of an office is missing more often for some children than for others. Groups are recorded by
//! workers and estimated from what families say. Areas near each other are not drawn towards each other.
//!
//! # References
//! - Clayton D, Kaldor J (1987). Empirical Bayes estimates of age-standardized relative risks for use in disease mapping.
//!   Biometrics 43, 671–681. <https://doi.org/10.2307/2532003>
//! - Christiansen C L, Morris C N (1997). Hierarchical Poisson regression modeling. Journal of the American Statistical
//!   Association 92, 618–632.

mod compared;
mod places;

pub(crate) use compared::Compared;
pub use places::seen_counts;

use disparity_core::needs::{
    Assumed, SeenAgainstExpected, SeenCounts, SeenGroup, SeenQuestion, Way,
};
use disparity_core::neighbourhoods::Footprints;
use disparity_core::{Issue, IssueCode, Provenance};

use crate::NeedsError;
use crate::england::England;
use crate::parts::Parts;
use crate::simulate::Setting;

impl England<'_> {
    /// Holds counts against what is expected. Counts that are withheld, and what depends on them, stay so.
    /// Where the counts came from goes along: the gate asks for it.
    ///
    /// # Errors
    /// [`NeedsError`] where the authority has no neighbourhoods, its children are not known, nothing is
    /// expected as England's count is not published, or the chosen share is none.
    pub fn against(
        &self,
        counts: &SeenCounts,
        footprints: Option<&Footprints>,
        question: SeenQuestion<'_>,
        provenance: Provenance,
    ) -> Result<SeenAgainstExpected, NeedsError> {
        let SeenQuestion {
            need,
            under_served_below: below,
            ..
        } = question;
        if !(below.is_finite() && (0.05..=1.0).contains(&below)) {
            return Err(NeedsError::Assumption {
                name: "under_served_below",
                found: below,
                must: "from 0.05 to 1",
            });
        }
        let authority = counts.authority;
        let own = self.inputs.neighbourhoods.of(authority);
        if own.is_empty() {
            return Err(NeedsError::NoNeighbourhoods { authority });
        }
        let period = self.period;
        let none = NeedsError::NoChildren { authority, period };
        let children = self.authorities.get(&authority).ok_or(none)?;
        let found = self.needs.iter().find(|(own, _)| *own == need);
        let model = found.and_then(|(_, model)| model.as_ref());
        let model = model.ok_or_else(|| NeedsError::NothingExpected {
            need: need.word(&self.inputs.catalogue.indicators).to_owned(),
        })?;
        let parts = Parts::new(own, footprints)?;
        let setting = Setting {
            authority,
            children,
            parts: &parts,
            errors: self.inputs.group_errors,
            assumptions: self.assumptions,
            levels: self.levels,
        };
        let shares = setting.shares()?;
        let compared = Compared {
            setting,
            counts,
            ways: question.ways,
            below,
            spread: model.known.spread,
            as_expected: self.as_expected_of(need, model, authority, children),
            expected: setting.expected_by_group(&model.rates),
            drawn: setting.drawn_by_group(&model.drawn, &shares),
        };
        Ok(SeenAgainstExpected {
            provenance,
            authority,
            period,
            need,
            level: counts.level,
            levels: self.levels,
            under_served_below: below,
            footprints: footprints.cloned(),
            rows: compared.rows()?,
            assumed: self.assumed_of_seen(model.known.spread, below),
            issues: self.said_of_seen(counts, question.ways, children.groups_known),
        })
    }

    fn assumed_of_seen(&self, spread: f64, below: f64) -> Vec<Assumed> {
        vec![
            Assumed {
                name: "draws",
                value: f64::from(self.assumptions.draws),
                words: "Intervals and probabilities are made from so many draws.".into(),
            },
            Assumed {
                name: "under_served_below",
                value: below,
                words: "Children are taken to be under-served where fewer are seen than this share of what is expected."
                    .into(),
            },
            Assumed {
                name: "spread",
                value: spread,
                words: "Before the counts of a group are looked at, its children are as likely to differ between areas by \
                        more than this as by less (a coefficient of variation); of all children the counts decide."
                    .into(),
            },
        ]
    }

    fn said_of_seen(&self, counts: &SeenCounts, ways: &[Way], groups_known: bool) -> Vec<Issue> {
        let mut issues = self.issues.clone();
        let mut say = |code, rows: usize, message: &str| {
            let mut issue = Issue::new(code, message);
            issue.area = Some(counts.authority);
            issue.period = Some(self.period);
            issue.rows = rows as u64;
            issues.push(issue);
        };
        say(
            IssueCode::NeighbourhoodEstimate,
            counts.counts.len(),
            "children of neighbourhoods by age and ethnic group are estimated, and so is what is expected of them",
        );
        let total = counts.get(disparity_core::needs::Part::Authority, SeenGroup::All);
        let withheld = counts.counts.iter().filter(|own| !own.count.is_value());
        let withheld = withheld.count();
        if withheld > 0 {
            let message =
                "counts are withheld, and so is everything that depends on them; nothing else does";
            say(IssueCode::SourceSymbol, withheld, message);
        }
        if !total.is_value() && !ways.is_empty() {
            let message = "the authority's total is not known as counts are withheld, so nothing is shared out or compared; \
                           give a row with its code and its total";
            say(IssueCode::SourceSymbol, counts.counts.len(), message);
        }
        if counts.by_group {
            let unknown = counts.get(disparity_core::needs::Part::Authority, SeenGroup::Unknown);
            if unknown.value().is_some_and(|unknown| unknown > 0) {
                let message = "children whose ethnic group is not recorded are taken to be like the others: of each group as \
                               many fewer are expected";
                say(IssueCode::UnknownShared, 1, message);
            }
            if !groups_known {
                let message = "the authority's children by ethnic group are not known, so nothing is expected of a group";
                say(IssueCode::SourceSymbol, counts.counts.len(), message);
            }
        }
        issues
    }
}
