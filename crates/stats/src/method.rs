//! The registry of methods: the same texts that rustdoc shows, for a program to print.
//! No method is implemented here.

/// One method's documentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MethodDoc {
    /// The function's name, also the name of its file and of its reference rows.
    pub name: &'static str,
    /// The word for it in the `method` columns of outputs: its name, but for a few.
    pub printed_as: &'static str,
    /// The first line of the text: what the method is, in one line.
    pub title: &'static str,
    /// What it belongs to, for a table of contents.
    pub group: &'static str,
    /// Whether the program computes it, in an output or on the way to one; else only the library has it.
    /// `tests/it/methods.rs` holds it to what the sources call.
    pub used: bool,
    /// The whole text in Markdown.
    pub text: &'static str,
}

impl MethodDoc {
    /// The text for people: the lines of examples that only the documentation tests need are left
    /// out, and headings start at `level` (1 keeps them as they are).
    #[must_use]
    pub fn for_reading(&self, level: usize) -> String {
        let deeper = "#".repeat(level.saturating_sub(1));
        let mut code = false;
        let mut shown = String::with_capacity(self.text.len());
        for line in self.text.trim_end().lines() {
            code ^= line.starts_with("```");
            if code && (line == "#" || line.starts_with("# ")) {
                continue;
            }
            if !code && line.starts_with("# ") {
                shown.push_str(&deeper);
            }
            shown.push_str(line);
            shown.push('\n');
        }
        shown
    }
}

/// The first line of a text, so that the title stands in one place only.
const fn first_line(text: &'static str) -> &'static str {
    let bytes = text.as_bytes();
    let mut end = 0;
    while end < bytes.len() && bytes[end] != b'\n' {
        end += 1;
    }
    match text.split_at_checked(end) {
        Some((line, _)) => line,
        None => text,
    }
}

/// A group has the methods that the program uses, then those that only the library has. A method is its
/// name, and `= WORD` where outputs have another word for it.
macro_rules! registry {
    (@word $name:ident) => { stringify!($name) };
    (@word $name:ident $word:ident) => { stringify!($word) };
    (@used program) => { true };
    (@used library) => { false };
    ($($group:literal: $($part:ident {$($name:ident $(= $word:ident)?)*})+;)+) => {
        &[$($($(MethodDoc {
            name: stringify!($name),
            printed_as: registry!(@word $name $($word)?),
            title: first_line(include_str!(concat!("../docs/", stringify!($name), ".md"))),
            group: $group,
            used: registry!(@used $part),
            text: include_str!(concat!("../docs/", stringify!($name), ".md")),
        },)*)+)+]
    };
}

static METHODS: &[MethodDoc] = registry! {
    "Intervals":
        program {
            exact_poisson byar poisson_count_interval crude_rate crude_rate_non_independent wilson
            uncertain_denominator rounded_counts wilson_weighted
        }
        library {
            mid_p_poisson byar_mid_p wald_poisson wilson_finite_population clopper_pearson
            wald_proportion mean_interval
        };
    "Contrasts":
        program { rate_ratio rate_difference risk_ratio risk_difference disproportionality }
        library {
            rate_ratio_exact rate_ratio_exact_test rate_ratio_mid_p rate_difference_wald
            odds_ratio odds_ratio_exact odds_ratio_mid_p group_difference group_ratio
        };
    "Standardisation":
        program { direct_proportion = direct_age_wilson indirect_ratio }
        library {
            direct_rate direct_rate_non_independent direct_rate_gamma expected_count
            expected_by_group indirect_ratio_log_normal indirect_rate collapse_reference
            decompose_difference
        };
    "Inequality":
        program { slope_index }
        library {
            slope_index_simulated slope_index_linear slope_index_quasi_binomial
            slope_index_log_linear concentration_index concentration_index_survey wagstaff_index
            erreygers_index population_attributable population_attributable_proportion
            population_attributable_gradient between_group_variance between_group_sd
            coefficient_of_variation theil_index mean_log_deviation index_of_disparity
            index_of_disparity_weighted mean_difference_from_mean
            mean_difference_from_mean_weighted mean_difference_from_best
            mean_difference_from_best_weighted mean_difference_from_reference
            mean_difference_from_reference_weighted bootstrap_interval inequality_measures
        };
    "Funnels":
        program { overdispersion }
        library { funnel_proportion funnel_ratio funnel_rate funnel_count_curve funnel_position };
    "Ranks and smoothing":
        program { rank_intervals shrink_gamma_poisson gamma_poisson_prior gamma_poisson_shapes }
        library { shrink_gamma_poisson_towards };
    "Quantiles":
        program { quantile_groups }
        library { deprivation_decile population_weighted_quantiles };
    "Bounds":
        program { median_bounds mean_bounds rank_bounds proportion_bounds = bounds }
        library {};
    "Survival":
        program { kaplan_meier = kaplan_meier_greenwood cumulative_incidence }
        library {};
    "Time":
        program {}
        library {
            period_change cochran_armitage poisson_trend log_linear_trend recent_trend
            recent_trend_proportion control_chart
        };
    "Models":
        program {
            mixed_model spread median_ratio variance_partition proportional_change
            leave_out_scaled against_expected rank_effects log_rate_variation rate_variation
            decile_rates_log_linear decile_rates_monotone strata_partition
            panel_model panel_within_between linear_mixed_model fixed_effects
        }
        library {
            regression robust_errors clustered_errors leave_out leave_out_mixed within_between
        };
    "Tables":
        program { iterative_proportional_fitting }
        library {};
    "Presentation":
        program { round_half_up controlled_rounding }
        library {};
};

/// Every method, in the order of the groups.
#[must_use]
pub fn methods() -> &'static [MethodDoc] {
    METHODS
}

/// The method of that name, or that outputs have that word for.
///
/// # Example
/// ```
/// assert_eq!(disparity_stats::method("kaplan_meier_greenwood").map(|m| m.name), Some("kaplan_meier"));
/// assert_eq!(disparity_stats::method("byar").map(|m| m.group), Some("Intervals"));
/// assert!(disparity_stats::method("bayar").is_none());
/// ```
#[must_use]
pub fn method(name: &str) -> Option<&'static MethodDoc> {
    METHODS
        .iter()
        .find(|m| m.name == name || m.printed_as == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::path::Path;

    const SECTIONS: [&str; 6] = [
        "Formula",
        "Useful for",
        "Not useful for",
        "Errors",
        "Example",
        "References",
    ];

    #[test]
    fn a_reader_sees_no_line_that_only_the_tests_need() {
        let shown = method("byar").map(|m| m.for_reading(3)).unwrap_or_default();
        assert!(shown.contains("\n### Formula\n") && shown.contains("use disparity_stats::"));
        assert!(!shown.contains("# Ok::<"), "{shown}");
    }

    /// The headings of a text, outside its code blocks.
    fn headings(text: &str) -> Vec<&str> {
        let mut code = false;
        text.lines()
            .filter(|line| {
                code ^= line.starts_with("```");
                !code && line.starts_with("# ")
            })
            .map(|line| &line[2..])
            .collect()
    }

    #[test]
    fn every_text_has_its_sections_in_order() {
        for m in methods() {
            assert_eq!(headings(m.text), SECTIONS, "{}", m.name);
            assert!(
                m.title.ends_with('.') && m.title.len() < 120,
                "{}: {}",
                m.name,
                m.title
            );
            assert!(
                m.text.contains("\n```text\n"),
                "{} has no formula block",
                m.name
            );
            assert!(m.text.contains("\n```rust\n"), "{} has no example", m.name);
            assert!(
                m.text.contains("doi:") || m.text.contains("(no DOI)"),
                "{}",
                m.name
            );
            let long = m.text.lines().find(|l| l.chars().count() > 125);
            assert!(long.is_none(), "{}: {long:?}", m.name);
        }
    }

    #[test]
    fn names_are_unique_and_in_snake_case() {
        let names: BTreeSet<&str> = methods().iter().map(|m| m.name).collect();
        assert_eq!(names.len(), methods().len());
        // A word of outputs is not another method's name.
        let other = methods().iter().filter(|m| m.printed_as != m.name);
        let words: BTreeSet<&str> = other.clone().map(|m| m.printed_as).collect();
        assert_eq!(words.len(), other.count());
        assert!(words.is_disjoint(&names));
        for name in names.union(&words) {
            let snake = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            assert!(name.chars().all(snake) && !name.starts_with('_'), "{name}");
        }
    }

    #[test]
    fn every_text_is_registered_and_every_method_has_a_reference() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let stems = |folder: &Path, ending: &str| -> BTreeSet<String> {
            let entries = std::fs::read_dir(folder).unwrap();
            let paths = entries.map(|e| e.unwrap().path());
            let named = paths.filter(|p| p.extension().is_some_and(|e| e == ending));
            named
                .map(|p| p.file_stem().unwrap().to_str().unwrap().to_owned())
                .collect()
        };
        let names: BTreeSet<String> = methods().iter().map(|m| m.name.to_owned()).collect();
        assert_eq!(stems(&root.join("docs"), "md"), names);
        assert_eq!(stems(&root.join("../../tests/reference"), "csv"), names);
    }
}
