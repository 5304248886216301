//! What authorities spent on children's and young people's services, by what it was spent on.
//! Money alone: per child it is for whoever knows how many children there are.

use crate::Reported;

/// What the statements that authorities send under section 251 divide their spending into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SpendService {
    /// Residential care, fostering, adoption, special guardianship, leaving care and the like.
    ChildrenLookedAfter,
    /// Social work, commissioning and strategy, safeguarding boards.
    Safeguarding,
    /// Direct payments, short breaks, other help for disabled children, targeted and universal family support.
    FamilySupport,
    /// Sure Start children's centres, family hubs and, from 2012-13, other spending on children under 5.
    ChildrensCentres,
    /// Universal and targeted services for young people.
    YoungPeople,
    /// Youth offending teams and secure accommodation for young people on remand.
    YouthJustice,
    /// Whatever stands under no other heading.
    Other,
}

impl SpendService {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 7] = [
        Self::ChildrenLookedAfter,
        Self::Safeguarding,
        Self::FamilySupport,
        Self::ChildrensCentres,
        Self::YoungPeople,
        Self::YouthJustice,
        Self::Other,
    ];

    /// The word for it in tables and code lists.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::ChildrenLookedAfter => "children_looked_after",
            Self::Safeguarding => "safeguarding",
            Self::FamilySupport => "family_support",
            Self::ChildrensCentres => "childrens_centres",
            Self::YoungPeople => "young_people",
            Self::YouthJustice => "youth_justice",
            Self::Other => "other",
        }
    }

    /// The service that a word is for.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|service| service.word() == word)
    }

    /// What it is counted as when spending on help is put beside spending on crisis.
    #[must_use]
    pub const fn group(self) -> SpendGroup {
        match self {
            Self::FamilySupport | Self::ChildrensCentres | Self::YoungPeople => SpendGroup::Help,
            Self::Safeguarding => SpendGroup::Safeguarding,
            Self::ChildrenLookedAfter => SpendGroup::ChildrenLookedAfter,
            Self::YouthJustice | Self::Other => SpendGroup::Other,
        }
    }
}

/// Services put together as the documents of the field argue about them: help against safeguarding
/// against care. The services stay known, so that another grouping is a sum of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SpendGroup {
    /// Family support, children's centres and services for young people.
    Help,
    /// Social work and safeguarding.
    Safeguarding,
    /// Children looked after.
    ChildrenLookedAfter,
    /// Youth justice and other services.
    Other,
}

impl SpendGroup {
    /// All of them, in the order of outputs.
    pub const ALL: [Self; 4] = [
        Self::Help,
        Self::Safeguarding,
        Self::ChildrenLookedAfter,
        Self::Other,
    ];
}

/// Gross spending of one authority in one financial year, in pounds of that year: income and grants are
/// not taken off, and neither is inflation. A service can be below 0 where an earlier year is corrected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServiceSpend {
    services: [Reported<i64>; 7],
    /// All services, without capital expenditure from revenue, as it is published.
    pub all: Reported<i64>,
}

impl ServiceSpend {
    /// Spending by service, in the order of [`SpendService::ALL`], and on all.
    #[must_use]
    pub const fn new(services: [Reported<i64>; 7], all: Reported<i64>) -> Self {
        Self { services, all }
    }

    /// Spending on a service.
    #[must_use]
    pub fn on(&self, service: SpendService) -> Reported<i64> {
        let own = SpendService::ALL.iter().zip(self.services);
        own.filter(|(other, _)| **other == service)
            .map(|(_, pounds)| pounds)
            .fold(Reported::Value(0), plus)
    }

    /// Spending on a group of services: the strongest reason where one of them is absent.
    #[must_use]
    pub fn of(&self, group: SpendGroup) -> Reported<i64> {
        let own = SpendService::ALL.into_iter().filter(|s| s.group() == group);
        own.map(|service| self.on(service))
            .fold(Reported::Value(0), plus)
    }
}

/// Pounds fit many times over: all that England spends in a year is below a ten-millionth of what does.
fn plus(sum: Reported<i64>, part: Reported<i64>) -> Reported<i64> {
    sum.zip(part).map(|(a, b)| a.saturating_add(b))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Symbol;

    #[test]
    fn a_group_is_its_services_and_absent_where_one_of_them_is() {
        let mut services = [1, 20, 300, 4_000, -50, 600, 7].map(Reported::Value);
        let spend = ServiceSpend::new(services, Reported::Value(4_878));
        let groups = SpendGroup::ALL.map(|group| spend.of(group));
        assert_eq!(groups, [4_250, 20, 1, 607].map(Reported::Value));
        assert_eq!(spend.on(SpendService::YoungPeople), Reported::Value(-50));
        services[5] = Reported::Symbol(Symbol::NotAvailable);
        let spend = ServiceSpend::new(services, Reported::Value(4_878));
        assert_eq!(spend.of(SpendGroup::Help), Reported::Value(4_250));
        assert_eq!(
            spend.of(SpendGroup::Other),
            Reported::Symbol(Symbol::NotAvailable)
        );
    }

    #[test]
    fn every_service_has_a_word_of_its_own() {
        for service in SpendService::ALL {
            assert_eq!(SpendService::from_word(service.word()), Some(service));
        }
        assert_eq!(SpendService::from_word("all"), None);
    }
}
