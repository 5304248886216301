//! Style sheets and scripts. What is not ours is vendored with its licence; `assets/README.md` says of which version,
//! and how it was made.

use serde::Serialize;

use super::SiteFile;

/// A piece that is not ours.
#[derive(Debug, Serialize)]
pub(super) struct Vendored {
    name: &'static str,
    version: &'static str,
    licence: &'static str,
    file: &'static str,
}

/// Everything that is not ours.
pub(super) const VENDORED: [Vendored; 2] = [
    Vendored {
        name: "GOV.UK Frontend",
        version: "6.6.0",
        licence: "MIT",
        file: "assets/licence-govuk-frontend.txt",
    },
    Vendored {
        name: "Accessible autocomplete",
        version: "3.0.1",
        licence: "MIT",
        file: "assets/licence-accessible-autocomplete.txt",
    },
];

const FILES: [(&str, &str); 10] = [
    (
        "govuk-frontend.css",
        include_str!("../../assets/govuk-frontend/govuk-frontend.min.css"),
    ),
    (
        "licence-govuk-frontend.txt",
        include_str!("../../assets/govuk-frontend/LICENSE.txt"),
    ),
    (
        "autocomplete.css",
        include_str!("../../assets/accessible-autocomplete/accessible-autocomplete.min.css"),
    ),
    (
        "autocomplete.js",
        include_str!("../../assets/accessible-autocomplete/accessible-autocomplete.min.js"),
    ),
    (
        "licence-accessible-autocomplete.txt",
        include_str!("../../assets/accessible-autocomplete/LICENSE.txt"),
    ),
    ("site.css", include_str!("../../assets/site.css")),
    ("site.js", include_str!("../../assets/site.js")),
    ("charts.js", include_str!("../../assets/charts.js")),
    ("draw.js", include_str!("../../assets/draw.js")),
    ("compare.js", include_str!("../../assets/compare.js")),
];

/// The files that every page shares.
pub(super) fn files() -> Vec<SiteFile> {
    let file = |(name, text): (&str, &str)| SiteFile {
        name: format!("assets/{name}"),
        text: text.to_owned(),
    };
    FILES.into_iter().map(file).collect()
}
