//! The code lists and tables compiled into the program, so that one file on a locked-down laptop
//! does the main job.

use disparity_published::Files;

use crate::place::consistent;

/// Files under `data/`, by their name there.
macro_rules! built_in {
    ($($name:literal),+ $(,)?) => {
        &[ $( ($name, include_bytes!(concat!("../../data/", $name))) ),+ ]
    };
}

/// Every file that `disparity data build` makes or reads under `data/`.
pub(crate) const FILES: &[(&str, &[u8])] = built_in![
    "codelists/area_aliases.csv",
    "codelists/area_changes.csv",
    "codelists/areas.csv",
    "codelists/categories.csv",
    "codelists/category_labels.csv",
    "codelists/claims.csv",
    "codelists/columns.csv",
    "codelists/combined_areas.csv",
    "codelists/group_estimate_errors.csv",
    "codelists/indicator_aliases.csv",
    "codelists/indicators.csv",
    "codelists/neighbourhood_links.csv",
    "codelists/publications.csv",
    "codelists/rate_checks.csv",
    "codelists/spend_lines.csv",
    "codelists/symbols.csv",
    "codelists/tiles.csv",
    "codelists/wales/area_aliases.csv",
    "codelists/wales/areas.csv",
    "codelists/wales/categories.csv",
    "codelists/wales/category_labels.csv",
    "codelists/wales/claims.csv",
    "codelists/wales/denominators.csv",
    "codelists/wales/indicator_aliases.csv",
    "codelists/wales/indicators.csv",
    "codelists/wales/tiles.csv",
    "england/assessment_factors.csv",
    "england/care_leavers.csv",
    "england/census_2021_children_10_17.csv",
    "england/child_protection.csv",
    "england/children_by_age_band.csv",
    "england/children_by_decile.csv",
    "england/children_by_single_year.csv",
    "england/children_in_low_income_families.csv",
    "england/children_in_need.csv",
    "england/children_in_need_by_group.csv",
    "england/children_looked_after.csv",
    "england/children_looked_after_by_group.csv",
    "england/counts_from_rates.csv",
    "england/districts_2024.csv",
    "england/inspections.csv",
    "england/msoas_2021.csv",
    "england/neighbourhood_borders.csv",
    "england/neighbourhoods_2011.csv",
    "england/neighbourhoods_2011_to_2021.csv",
    "england/neighbourhoods_2021.csv",
    "england/neighbours.csv",
    "england/outcomes_of_children_looked_after.csv",
    "england/placements.csv",
    "england/population.csv",
    "england/primary_need.csv",
    "england/primary_pupils.csv",
    "england/published_percentages_children_looked_after_2024.csv",
    "england/published_percentages_children_looked_after_2025.csv",
    "england/published_rates_children_in_need_2022.csv",
    "england/published_rates_children_looked_after_2018.csv",
    "england/published_rates_children_looked_after_2019.csv",
    "england/published_rates_children_looked_after_2021.csv",
    "england/published_rates_children_looked_after_2022.csv",
    "england/published_rates_children_looked_after_2023.csv",
    "england/published_rates_children_looked_after_2024.csv",
    "england/published_rates_children_looked_after_2025.csv",
    "england/published_rates_local_authority_tool_2026.csv",
    "england/pupils.csv",
    "england/revisions.csv",
    "england/spend.csv",
    "england/spend_by_service.csv",
    "england/wards_2024.csv",
    "sources.toml",
    "wales/child_income_deprivation.csv",
    "wales/children_by_decile.csv",
    "wales/children_by_single_year.csv",
    "wales/children_looked_after.csv",
    "wales/children_looked_after_by_group.csv",
    "wales/deprivation_summaries.csv",
    "wales/neighbourhoods_2011.csv",
    "wales/population.csv",
];

/// The built-in files, or those of a folder laid out like them.
pub(crate) fn files(folder: Option<&std::path::Path>) -> anyhow::Result<Files> {
    match folder {
        None => Ok(Files::built_in(FILES)),
        Some(folder) => consistent(folder, || {
            Ok(Files::read(folder, FILES.iter().map(|(name, _)| *name))?)
        }),
    }
}
