//! What an authority has seen in each neighbourhood, beside what would be expected there.
//!
//! # How
//! The ratio of seen to expected is drawn towards that of areas of its kind (gamma-Poisson: Clayton and Kaldor
//! 1987), by as much as its count is a matter of chance. How far areas of a kind spread is not one number but a
//! distribution (`disparity_stats::gamma_poisson_shapes`; Christiansen and Morris 1997), for the few areas of an
//! authority often seem to have no spread at all, and then intervals would have no width. The expected number is
//! drawn too, with everything that `simulate` draws of it, and a draw that the count makes more likely weighs
//! more. In each draw: the spread, the expected number, the mean of the kind, the ratio. The interval leaves as
//! much of the weight on both sides; the probability of being under-served is the weight of ratios below the
//! chosen share.
//!
//! Areas of a kind are those of one level, and of one group where counts are by group; groups of the authority
//! are drawn towards each other. The ratio of a group in an area is drawn towards that of all children, not of
//! its group: what is missed of a group in one part of town would otherwise be laid on it everywhere (of the
//! areas called found one in four was not).
//!
//! The main comparison shares out what was seen ([`Way::Benchmarked`]): its ratios say where more or fewer were
//! seen than elsewhere in the authority, and nothing of whether the authority sees enough. Children of no known
//! group are among all children; of each group as many fewer are expected, as if they were like the others.
//!
//! Only counts that are shown are used, so that nothing comes out that is a function of a withheld one, the
//! authority's total aside, which is shown (of counts from homes, where the sum of areas is withheld, its own count
//! with those who are in no area). As small counts are withheld, those that are left are not like all:
//! they are taken as what is left when those from 1 to the threshold are taken away, and what is expected comes
//! from the total.
//!
//! # How often it is right
//! In 200 invented authorities of 40 neighbourhoods with about 20 children seen in each (`tests::seen`), whose
//! rates differ by 20% around what is expected, and of which three quarters of one group are missed in 8
//! neighbourhoods, where most of the group live:
//!
//! | World | 90% intervals hold: neighbourhoods | … and groups in them | Missed likelier than not missed: groups in them | … neighbourhoods |
//! |---|---|---|---|---|
//! | one group missed in one part | 88% | 92% | 92% of pairs | 70% of pairs |
//! | … counts from 1 to 5 withheld | 88% | 92% | 99% of those shown | 67% |
//! | … gradient too flat by a third | 89% | 92% | 93% | 73% |
//! | … gradient too steep by a third | 86% | 92% | 90% | 65% |
//! | nothing missed | 89% | 92% | | |
//! | nothing missed, no differences | 99% | 100% | | |
//!
//! Called found from a probability of 0.9: of groups in neighbourhoods 373 of 40,000, 95% of them truly below
//! 0.8 of what is expected; 86% where small counts are withheld, 93 and 94% where the gradient is wrong. Of
//! neighbourhoods 36 of 8,000, of which 29 were (a quarter of the children of a neighbourhood that are missed
//! do not show in its total). With nothing missed 33 of 48,000 were found, of which 29 truly were below by
//! chance; where none differs, none. The group of the authority that is the most probably under-served was the
//! missed one in 95% of worlds.
//!
//! The same from returns: children of a real authority's 163 neighbourhoods, invented as England's rates would give
//! (one draw of them and of children by group for each world; neighbourhoods differ by 20%; of one group a quarter
//! is seen in a fifth of the neighbourhoods), written as a safeguarding dataset, read into a store and counted by
//! home; some 20 children in each neighbourhood (`tests/it/homes.rs`, `figures`):
//!
//! | World | 90% intervals hold: neighbourhoods | … and groups in them | Missed likelier than not missed: groups in them | … by the likelihood of the counts alone |
//! |---|---|---|---|---|
//! | one group missed in one part | 91% | 88% | 93% of pairs | 91% |
//! | … counts from 1 to 5 withheld | 91% | 91% | 98% of those shown | 98% |
//! | … gradient steeper by a third | 90% | 89% | 92% | 90% |
//! | … gradient flatter by a third | 91% | 89% | 94% | 92% |
//! | nothing missed | 90% | 88% | | |
//!
//! Twenty worlds of each. Of 19,460 counts with one group missed 389 were found, 365 of them rightly; with nothing
//! missed nine, eight rightly. The last column is what anybody could put in order who knew every true rate and the
//! share that is missed, and had only the counts: the rest is chance in counts of a few children. More are in order here
//! as groups that are missed live where there are many of them, where more is sure.
//!
//! # What this cannot show
//! Counts from homes are of children who have one: an area or a group whose homes are recorded less often looks
//! under-served, and nothing here can tell. They are not scaled to all children, which would take it that homes are
//! missing alike everywhere. Fewer seen than expected is not need unmet: children may have less need than children
//! like them elsewhere, or be helped by somebody who counts otherwise. That children are under-served everywhere
//! does not show in what is shared out. A neighbourhood's expected number knows its tenth of deprivation, its ages
//! and groups as estimated, and nothing else. A child looked after is counted where the home was only if the table
//! was made so: by the postcode of a placement, neighbourhoods with children's homes and carers seem to see many. A
//! home postcode that is missing, or of a refuge or an office, is missing more often for some children than for
//! others. Groups are recorded by workers and estimated from what families say. Areas near each other are not drawn
//! towards each other. Probabilities are of one area at a time: of many areas some are likely to be high.
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
    Assumed, FromHomes, SeenAgainstExpected, SeenCounts, SeenGroup, SeenQuestion, Way,
};
use disparity_core::neighbourhoods::Footprints;
use disparity_core::{Issue, IssueCode, Provenance};

use crate::NeedsError;
use crate::england::England;

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
        let model = self.model_of(need)?;
        let parts = self.parts_of(authority, footprints)?;
        let setting = self.setting(authority, &parts)?;
        let shares = setting.shares()?;
        let compared = Compared {
            setting,
            counts,
            ways: question.ways,
            below,
            spread: model.known.spread,
            as_expected: self.as_expected_of(need, model, authority, setting.children),
            expected: setting.expected_of_groups(&model.rates),
            drawn: setting.drawn_by_group(&model.drawn, &shares),
        };
        Ok(SeenAgainstExpected {
            provenance,
            authority,
            period: self.period,
            need,
            level: counts.level,
            levels: self.levels,
            under_served_below: below,
            footprints: footprints.cloned(),
            rows: compared.rows()?,
            assumed: self.assumed_of_seen(model.known.spread, below),
            issues: self.said_of_seen(counts, question.ways, setting.children.groups_known),
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
        if let Some(from_homes) = &counts.from_homes {
            say(
                IssueCode::CoverageGap,
                counts.counts.len(),
                &said_of_homes(from_homes),
            );
        }
        let shared_out = counts.from_homes.as_ref().and_then(|own| own.shared_out);
        let withheld = counts.counts.iter().filter(|own| !own.count.is_value());
        let withheld = withheld.count();
        if withheld > 0 {
            let message =
                "counts are withheld, and so is everything that depends on them; nothing else does";
            say(IssueCode::SourceSymbol, withheld, message);
        }
        if !total.is_value() && shared_out.is_none() && !ways.is_empty() {
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

/// What must be said of counts that were made from homes.
fn said_of_homes(from_homes: &FromHomes) -> String {
    format!(
        "counts are of children in the authority's returns by the home at the start of what they are counted for; of 100 \
         children who are to have a home at least {} have one that is known. Whoever has none here is in no area, so \
         that an area, or a group, whose homes are recorded less often looks under-served: the two cannot be told apart",
        from_homes.known_of_100
    )
}
