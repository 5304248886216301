//! What parts, groups, ages and needs are called.

use disparity_core::needs::{ChildrenOf, EnglandNeed, Likely, Need, Part, Way};
use disparity_core::neighbourhoods::{CHILD_AGE_BANDS, Footprint, RESIDENT_GROUPS};
use disparity_core::{AreaCode, Count, Dimension, IndicatorId, Period, Reported, Symbol};

use super::NeedsView;

impl<'a> NeedsView<'a> {
    /// The name of the authority.
    pub(super) fn authority(&self) -> String {
        self.catalogue.areas.name(self.assessment().authority)
    }

    /// The level of every interval that is shown: `90%`.
    pub(super) fn level(&self) -> String {
        self.assessment().levels.shown()
    }

    /// The name of a part.
    pub(super) fn part_name(&self, part: Part) -> String {
        let areas = &self.catalogue.areas;
        let found = self
            .assessment()
            .part_name(part, self.neighbourhoods, areas);
        found.unwrap_or_else(|| match part {
            Part::Authority => self.authority(),
            Part::Team(at) => format!("Team {}", u32::from(at) + 1),
            Part::Ward(code) | Part::Msoa(code) | Part::Neighbourhood(code) => code.to_string(),
        })
    }

    /// A team.
    pub(super) fn team(&self, at: u16) -> Option<&'a Footprint> {
        self.assessment()
            .footprints
            .as_ref()?
            .all
            .get(usize::from(at))
    }

    /// Residents of all ages of a team at the census; none if a neighbourhood of it is not known.
    pub(super) fn residents(&self, at: u16) -> Option<Count> {
        let of = |code: &AreaCode| Some(self.neighbourhoods.get(*code)?.residents());
        self.team(at)?.neighbourhoods.iter().map(of).sum()
    }

    /// The parts of one kind, in order.
    pub(super) fn parts(&self, wanted: fn(Part) -> bool) -> Vec<Part> {
        let all = self.assessment().children.iter().map(|row| row.part);
        all.filter(|part| wanted(*part)).collect()
    }

    /// The children of a part.
    pub(super) fn children(&self, part: Part) -> Option<&'a ChildrenOf> {
        self.assessment().children_of(part)
    }

    /// What is expected of a part, or why that cannot be said.
    pub(super) fn likely(&self, need: Need, way: Way, part: Part) -> Reported<Likely> {
        let found = self.assessment().expected_of(need, way, part);
        found.map_or(Reported::Symbol(Symbol::NotAvailable), |row| row.number)
    }

    /// What the authority counted.
    pub(super) fn counted(&self, need: Need) -> Reported<Count> {
        let mut all = self.assessment().counted.iter();
        let found = all.find(|(own, _)| *own == need);
        found.map_or(Reported::Symbol(Symbol::NotAvailable), |(_, count)| *count)
    }

    /// What is known of England.
    pub(super) fn england(&self, need: Need) -> Option<&'a EnglandNeed> {
        self.assessment()
            .england
            .iter()
            .find(|own| own.need == need)
    }

    /// Every need of the assessment: indicators in the order of [`Need::INDICATORS`], the widest first, then the cohorts.
    pub(super) fn needs(&self) -> Vec<Need> {
        let mut all: Vec<Need> = self
            .assessment()
            .counted
            .iter()
            .map(|(need, _)| *need)
            .collect();
        let place = |need: &Need| {
            let mut words = Need::INDICATORS.iter();
            words
                .position(|word| *word == self.word(*need))
                .unwrap_or(Need::INDICATORS.len())
        };
        all.sort_by_key(place);
        all
    }

    /// Children in need, which other needs of a neighbourhood are shown after.
    pub(super) fn in_need(&self) -> Option<Need> {
        self.needs()
            .into_iter()
            .find(|need| self.word(*need) == Need::INDICATORS[0])
    }

    /// The word of a need.
    pub(super) fn word(&self, need: Need) -> &'a str {
        need.word(&self.catalogue.indicators)
    }

    /// The title of a need.
    pub(super) fn title(&self, need: Need) -> &'a str {
        need.title(&self.catalogue.indicators)
    }

    /// A title short enough for a column.
    pub(super) fn short_title(&self, need: Need) -> &'a str {
        match need {
            Need::Indicator(id) => &self.catalogue.indicators.get(id).short_title,
            Need::FamilyHelpPlans => "Family Help: on a plan",
            Need::FamilyHelpAllowance => "Family Help: allowance",
        }
    }

    /// The year of a need's counts.
    pub(super) fn year(&self, need: Need) -> u16 {
        let period = self.england(need).map(|own| own.period);
        period.unwrap_or(self.assessment().period).year()
    }

    /// The counts that a need adds up, with their years, where these are not all the same.
    pub(super) fn of_different_years(&self, need: Need) -> Option<&'a [(IndicatorId, Period)]> {
        let known = self.england(need)?;
        (known.years().len() > 1).then_some(&known.added)
    }

    /// The year of a need's counts in words, or all of them: `2022 and 2025`.
    pub(super) fn years(&self, need: Need) -> String {
        let Some(known) = self.england(need) else {
            return self.year(need).to_string();
        };
        let years = known.years();
        let years: Vec<String> = years.iter().map(|own| own.year().to_string()).collect();
        years.join(" and ")
    }

    /// What is counted: `children`, `referrals`.
    pub(super) fn noun(&self, need: Need) -> &'a str {
        match need {
            Need::Indicator(id) => &self.catalogue.indicators.get(id).counted.noun,
            Need::FamilyHelpPlans | Need::FamilyHelpAllowance => "children",
        }
    }

    /// Ethnic groups by name, in the order of [`RESIDENT_GROUPS`].
    pub(super) fn groups(&self) -> [String; 5] {
        let list = self.catalogue.dimensions.list(Dimension::EthnicityMajor);
        RESIDENT_GROUPS.map(|code| {
            let found = list.id(code).map(|id| list.get(id).label.clone());
            found.unwrap_or_else(|| code.to_owned())
        })
    }

    /// Ages by name, in the order of [`CHILD_AGE_BANDS`]. Children end at 17, which the code list's last band does not.
    pub(super) fn ages(&self) -> [String; 5] {
        let list = self.catalogue.dimensions.list(Dimension::AgeBand);
        CHILD_AGE_BANDS.map(|code| {
            if code == "16_and_over" {
                return "16 and 17".to_owned();
            }
            let found = list.id(code).map(|id| list.get(id).label.clone());
            found.unwrap_or_else(|| code.to_owned())
        })
    }
}

/// Tenths by name, the most deprived first.
pub(super) fn tenths() -> [String; 10] {
    std::array::from_fn(|at| match at {
        0 => "Tenth 1 (most deprived)".to_owned(),
        9 => "Tenth 10 (least deprived)".to_owned(),
        _ => format!("Tenth {}", at + 1),
    })
}
