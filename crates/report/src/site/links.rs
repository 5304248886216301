//! Where every page of the site is, and how one page names another.

use disparity_core::{Area, GeographicLevel, IndicatorId};

use super::prior::{self, PriorHelpAuthority};
use crate::view::View;

/// A name as it stands in an address: small letters and digits, with hyphens between words.
pub(super) fn slug(name: &str) -> String {
    let plain: String = name
        .to_lowercase()
        .chars()
        .filter(|letter| !matches!(letter, '\'' | '’' | '.'))
        .map(|letter| {
            if letter.is_ascii_alphanumeric() {
                letter
            } else {
                ' '
            }
        })
        .collect();
    plain.split_whitespace().collect::<Vec<_>>().join("-")
}

/// A page of the site.
#[derive(Debug, Clone, Copy)]
pub enum SitePage<'a> {
    /// England, the search and the list of all authorities.
    England,
    /// One authority.
    Authority(&'a Area),
    /// One indicator: every authority.
    Indicator(IndicatorId),
    /// Ethnic groups.
    Groups,
    /// What models of authorities say of all indicators.
    Given,
    /// What they say of one.
    GivenOf(IndicatorId),
    /// Authorities that a reader chooses, side by side.
    Compare,
    /// What the data hold, and what must be known of them.
    Quality,
    /// Who was helped before entering care: all authorities of a store, or its only one.
    PriorHelp,
    /// The same of one of several, by its position in the store.
    PriorHelpOf(usize, &'a PriorHelpAuthority),
    /// How to read each chart.
    Reading,
    /// How figures are made, of what.
    Methods,
}

impl SitePage<'_> {
    /// Where the page is, from the top of the site.
    #[must_use]
    pub fn address(&self, view: View<'_>) -> String {
        let named =
            |folder: &str, id: &IndicatorId| format!("{folder}/{}.html", view.indicator(*id).name);
        match self {
            Self::England => "index.html".to_owned(),
            Self::Authority(area) => authority(area),
            Self::Indicator(id) => named("indicator", id),
            Self::Groups => "groups.html".to_owned(),
            Self::Given => "given.html".to_owned(),
            Self::GivenOf(id) => named("given", id),
            Self::Compare => "compare.html".to_owned(),
            Self::Quality => "quality.html".to_owned(),
            Self::PriorHelp => "prior-help.html".to_owned(),
            Self::PriorHelpOf(_, own) => prior::address(own),
            Self::Reading => "reading.html".to_owned(),
            Self::Methods => "methods.html".to_owned(),
        }
    }

    /// The way from the page to the top of the site, which every address begins with, as pages must also work
    /// from a folder on a disk.
    pub(super) const fn root(&self) -> &'static str {
        match self {
            Self::Authority(_) | Self::Indicator(_) | Self::GivenOf(_) | Self::PriorHelpOf(..) => {
                "../"
            }
            _ => "",
        }
    }
}

/// Where an authority's page is.
pub(super) fn authority(area: &Area) -> String {
    format!("authority/{}.html", area_slug(area))
}

/// What an area is called in addresses: a region may have the name of a place in it.
pub(super) fn area_slug(area: &Area) -> String {
    let name = slug(&area.name);
    match area.level {
        GeographicLevel::Regional => format!("region-{name}"),
        GeographicLevel::National | GeographicLevel::LocalAuthority => name,
    }
}

/// Where what the comparison page reads of an area is.
pub(super) fn script(area: &Area) -> String {
    format!("data/{}.js", area_slug(area))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_becomes_an_address() {
        assert_eq!(slug("Bristol, City of"), "bristol-city-of");
        assert_eq!(slug("King’s Lynn & St. Helens"), "kings-lynn-st-helens");
    }
}
