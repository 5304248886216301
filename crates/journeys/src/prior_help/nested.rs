//! Which questions are protected before another, so that what is shown of one tells nothing that
//! another withholds.

use std::collections::BTreeSet;

use super::{PriorHelpParams, Years};
use disparity_core::answers::GroupBy;
use disparity_core::answers::{HelpKind, PriorHelpKey};

impl PriorHelpParams {
    /// The questions that are answered and protected one after the other, each for those who know what is
    /// shown of those before it; the last holds this one.
    ///
    /// Of the usual windows (every kind, five years, not counting the day of entry) they are: the
    /// latest five years of entry, of everyone and then by every way of telling entrants apart; each year of
    /// everyone, by broad ethnic group, and by every way. Everyone comes before the groups so that a small count of a
    /// group costs counts of groups, not the figures of everyone, which most readers come for. Whoever asks for less is
    /// shown what is shown of it beside the rest. Another window comes after those that are asked in its place, and so
    /// many years together as are not usual after the usual five.
    #[must_use]
    pub fn questions(&self) -> Vec<Self> {
        let usual = Self {
            include_unaccompanied: self.include_unaccompanied,
            ..Self::default()
        };
        let each = |groups| Self {
            groups,
            years: Years::Each,
            ..usual.clone()
        };
        let all = [
            usual.of_everyone(),
            usual.clone(),
            each(vec![GroupBy::Total]),
            each(GroupBy::BROAD.to_vec()),
            each(GroupBy::ALL.to_vec()),
        ];
        let years = match self.years {
            Years::Each => Years::Each,
            Years::Pooled(_) => usual.years,
        };
        let holds = |level: &Self| level.years == years && within(&self.groups, &level.groups);
        let last = all.iter().position(holds).unwrap_or(all.len() - 1);
        let mut questions = all[..=last].to_vec();
        let is_usual = within(&self.leads, &usual.leads)
            && within(&self.look_backs, &usual.look_backs)
            && within(&self.modes, &usual.modes)
            && self.years == years;
        if !is_usual {
            let groups: BTreeSet<GroupBy> = self
                .groups
                .iter()
                .copied()
                .chain([GroupBy::Total])
                .collect();
            let asked = Self {
                kinds: HelpKind::ALL.to_vec(),
                groups: groups.into_iter().collect(),
                by_authority: true,
                ..self.clone()
            };
            let everyone = asked.of_everyone();
            if everyone.groups != asked.groups {
                questions.push(everyone);
            }
            questions.push(asked);
        }
        questions
    }

    /// The same of all entrants together.
    fn of_everyone(&self) -> Self {
        Self {
            groups: vec![GroupBy::Total],
            ..self.clone()
        }
    }

    /// Whether an answer is one to this, whatever the years of entry.
    #[must_use]
    pub fn asks(&self, key: &PriorHelpKey) -> bool {
        self.kinds.contains(&key.kind)
            && self.look_backs.contains(&key.look_back)
            && self.leads.contains(&key.lead)
            && self.modes.contains(&key.mode)
            && self.groups.contains(&key.group.by)
            && (self.by_authority || key.authority.is_none())
    }
}

/// Whether all of these are among those.
fn within<T: PartialEq>(these: &[T], those: &[T]) -> bool {
    these.iter().all(|one| those.contains(one))
}

#[cfg(test)]
mod tests {
    use disparity_core::Dimension;

    use super::*;
    use disparity_core::answers::LookBack;

    #[test]
    fn a_question_is_within_the_last_that_is_answered_for_it() {
        let sex = GroupBy::Dimension(Dimension::Sex);
        let asked = |groups: Vec<GroupBy>, years| PriorHelpParams {
            groups,
            years,
            kinds: vec![HelpKind::Any],
            ..PriorHelpParams::default()
        };
        for (groups, years, many) in [
            (vec![GroupBy::Total], Years::Pooled(5), 1),
            (vec![GroupBy::Total, sex], Years::Pooled(5), 2),
            (vec![GroupBy::Total], Years::Each, 3),
            (vec![GroupBy::Total, sex], Years::Each, 5),
            (vec![GroupBy::Total], Years::Pooled(3), 2),
        ] {
            let asked = asked(groups, years);
            let questions = asked.questions();
            assert_eq!(questions.len(), many);
            let last = questions.last().unwrap();
            assert_eq!(last.years, asked.years);
            assert!(asked.groups.iter().all(|by| last.groups.contains(by)));
            // Each holds the one before.
            for two in questions
                .windows(2)
                .filter(|two| two[0].years == two[1].years)
            {
                assert!(two[0].groups.iter().all(|by| two[1].groups.contains(by)));
            }
        }
        let mut other = asked(vec![GroupBy::Total, sex], Years::Pooled(5));
        other.look_backs = vec![LookBack::Years(3)];
        let questions = other.questions();
        assert_eq!(questions.len(), 4);
        for own in &questions[2..] {
            assert_eq!(own.kinds, HelpKind::ALL);
            assert_eq!(own.look_backs, other.look_backs);
        }
        assert_eq!(questions[2].groups, [GroupBy::Total]);
        assert_eq!(questions[3].groups, [GroupBy::Total, sex]);
    }
}
