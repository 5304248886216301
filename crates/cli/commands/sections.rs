//! Tables that more than one command prints beneath its own: what is expected, how rates go with
//! deprivation, and rates of few children.

use crate::out::{paragraph, table, table_with_notes};
use disparity_core::{Area, Expected, ExpectedModel, GeographicLevel, Gradient, IssueCode};
use disparity_report::profile::{BEHIND, Row, Years, small_numbers as small_numbers_of, verdict};
use disparity_report::{
    View, certainty, count, expected, probability, ratio, reported, with_interval,
};

/// Each indicator against the one expectation to quote of it, the verdict in words beneath; then what
/// else is known of its place, and the expectations behind it.
pub(super) fn against_expected(view: View<'_>, rows: &[Row<'_>]) -> String {
    let quoted: Vec<(&Row<'_>, &Expected)> = rows
        .iter()
        .filter_map(|row| Some((row, row.quoted?)))
        .collect();
    if quoted.is_empty() {
        return String::new();
    }
    let heading = format!("Expected ({} interval)", view.level());
    let header = [
        "Against what is expected",
        "Year",
        "Count",
        &heading,
        "Observed ÷ expected",
    ];
    let lines = quoted.iter().map(|(row, quoted)| {
        let cells = vec![
            view.indicator(row.indicator).short_title.clone(),
            row.period.to_string(),
            reported(&quoted.observed, |n| count(f64::from(*n))),
            reported(&quoted.outcome, expected),
            reported(&quoted.outcome, |e| ratio(&e.ratio)),
        ];
        let statements = if says(quoted) {
            verdict(quoted)
        } else {
            String::new()
        };
        let statements = statements
            .split_inclusive("; ")
            .map(|own| own.trim_end().to_owned());
        (cells, statements.collect())
    });
    let mut text = format!("\n{}", table_with_notes(&header, &[2, 3, 4], lines));
    text += &notes(view, &quoted);
    text += &places(view, &quoted);
    text += &others(view, rows);
    text
}

/// Whether there is a verdict, or a reason to tell why there is none beside what the row already says.
fn says(quoted: &Expected) -> bool {
    quoted.verdict().is_value() || quoted.issues.contains(IssueCode::FewAuthorities)
}

/// How to read what was expected.
fn notes(view: View<'_>, quoted: &[(&Row<'_>, &Expected)]) -> String {
    let by_model =
        |wanted: fn(ExpectedModel) -> bool| quoted.iter().any(|(_, own)| wanted(own.model));
    let mut text = String::from("\n");
    if by_model(|model| matches!(model, ExpectedModel::Structural(_))) {
        text += &paragraph(
            "What circumstances would suggest is what a model of all the other authorities gives one with the same, \
             scaled so that all together have what was counted: what usually goes with them, not what should be. \
             Explained by deprivation is not the same as justified.",
        );
    }
    if by_model(|model| !matches!(model, ExpectedModel::Structural(_))) {
        let whose = view.nation().possessive();
        let said = format!("What {whose} rate would give is arithmetic, not a target.\n");
        text += &said;
    }
    if quoted.iter().any(|(_, own)| own.verdict().is_value()) {
        text += &paragraph(
            "The first half of a verdict is by the authority’s own interval, the second by how far authorities \
             ordinarily lie from what is expected of them.",
        );
        text += &certain(view);
    }
    text
}

/// When a verdict is called more certain, as a line; nothing where the run has one level.
pub(super) fn certain(view: View<'_>) -> String {
    match certainty(view.levels()) {
        words if words.is_empty() => words,
        words => paragraph(&format!("A verdict is {words}.")),
    }
}

/// Where the area stands by the expectations that models make.
fn places(view: View<'_>, quoted: &[(&Row<'_>, &Expected)]) -> String {
    let lines: Vec<Vec<String>> = quoted
        .iter()
        .filter(|(_, own)| own.model_based.is_value())
        .map(|(row, own)| {
            vec![
                view.indicator(row.indicator).short_title.clone(),
                row.period.to_string(),
                reported(&own.model_based, |found| ratio(&found.shrunken)),
                reported(&own.model_based, |found| {
                    probability(found.probability_above)
                }),
                reported(&own.rank, |rank| {
                    format!(
                        "{} ({} to {}) of {}",
                        rank.words(),
                        rank.low,
                        rank.high,
                        rank.of
                    )
                }),
                reported(&own.fifth, ToString::to_string),
            ]
        })
        .collect();
    if lines.is_empty() {
        return String::new();
    }
    let header = [
        "Place given circumstances",
        "Year",
        "Drawn to typical",
        "Prob. above",
        "Rank of",
        "Fifth",
    ];
    format!(
        "\n{}Rank 1 and fifth 5 are the highest.\n",
        table(&header, &[2, 3, 4, 5], lines)
    )
}

/// The expectations that stand behind the one that is quoted.
fn others(view: View<'_>, rows: &[Row<'_>]) -> String {
    let of = |row: &Row<'_>, model| {
        let found = row.expectations.iter().find(|own| own.model == model);
        found.filter(|own| own.outcome.is_value()).copied()
    };
    let behind = |row: &&Row<'_>| {
        BEHIND
            .iter()
            .any(|model| of(row, *model).is_some_and(|own| !own.quoted))
    };
    let rows: Vec<&Row<'_>> = rows.iter().filter(behind).collect();
    // Of a region there are no models.
    let whose = view.nation().possessive();
    let national = format!("{whose} rate");
    let named = BEHIND.iter().zip([
        national.as_str(),
        "by age",
        "by ethnic group",
        "children",
        "low income",
        "and ethnic group",
    ]);
    let shown: Vec<_> = named
        .filter(|(model, _)| rows.iter().any(|row| of(row, **model).is_some()))
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    let lines = rows.iter().map(|row| {
        let mut line = vec![
            view.indicator(row.indicator).short_title.clone(),
            row.period.to_string(),
        ];
        let cells = shown.iter().map(|(model, _)| {
            of(row, **model).map_or(String::new(), |own| {
                reported(&own.outcome, |e| count(e.expected))
            })
        });
        line.extend(cells);
        line
    });
    let mut header = vec!["Other expectations", "Year"];
    header.extend(shown.iter().map(|(_, name)| *name));
    let right: Vec<usize> = (2..header.len()).collect();
    format!(
        "\n{}{}",
        table(&header, &right, lines),
        paragraph(&format!(
            "Quote the one above; these show how much hangs on what is known: {whose} rates for everyone, by age \
             and by ethnic group; models of the number of children, also low income, also ethnic groups."
        ))
    )
}

/// How steeply the nation's rates go with the deprivation of children's neighbourhoods.
pub(super) fn gradients(view: View<'_>, rows: &[Row<'_>]) -> String {
    let steep = rows.iter().filter_map(|row| row.most_to_least);
    let lines: Vec<Vec<String>> = steep.map(|row| gradient(view, row)).collect();
    if lines.is_empty() {
        return String::new();
    }
    let heading = format!("{} by deprivation", view.nation());
    let header = [
        heading.as_str(),
        "Year",
        "Most ÷ least deprived tenth",
        "Found from",
    ];
    format!(
        "\n{}{}",
        table(&header, &[2], lines),
        paragraph(
            "What is found from authorities' totals is ecological: it takes for an effect of the tenth whatever else \
             goes with it."
        )
    )
}

fn gradient(view: View<'_>, row: &Gradient) -> Vec<String> {
    vec![
        view.indicator(row.indicator).short_title.clone(),
        row.period.to_string(),
        reported(&row.value, ratio),
        row.found.words().to_owned(),
    ]
}

/// Rates of few children, as counted and as they are better reported.
pub(super) fn small_numbers(view: View<'_>, area: &Area, years: Years) -> String {
    if area.level != GeographicLevel::LocalAuthority {
        return String::new();
    }
    let lines = small_numbers_of(view, area, years)
        .into_iter()
        .map(|small| {
            let row = small.estimate;
            let own = view.indicator(row.key.indicator);
            vec![
                own.short_title.clone(),
                row.key.period.to_string(),
                small.group,
                reported(&row.numerator, |n| count(f64::from(*n))),
                reported(&row.outcome, |measured| with_interval(measured, own)),
                with_interval(&small.drawn, own),
            ]
        });
    let lines: Vec<Vec<String>> = lines.collect();
    if lines.is_empty() {
        return String::new();
    }
    let header = [
        "Few children",
        "Year",
        "Group",
        "Count",
        "As counted",
        "Drawn to its kind",
    ];
    format!(
        "\n{}{}",
        table(&header, &[3, 4, 5], lines),
        paragraph(
            "Fewer than 10 children tell little: report the rate drawn towards that of the same group in all \
             authorities."
        )
    )
}
