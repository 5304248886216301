//! What was seen in each area beside what would be expected there.

use disparity_core::document::{Cell, Column, DocumentError, Section, Table};
use disparity_core::needs::{Part, SeenAgainstExpected, SeenGroup, SeenRow, Way};
use disparity_core::{IssueCode, Reported, Symbol};

use super::NeedsView;
use super::basis::assumed_table;
use super::sentences::{in_words, percent};
use crate::format::{count, grouped, sentence};

/// Whether a part is of one kind.
type IsOf = fn(Part) -> bool;

/// From this probability an area is named.
const LIKELY: f64 = 0.9;

/// Areas and groups that are probably under-served, or that none is.
pub(super) fn findings(view: NeedsView<'_>) -> Vec<String> {
    let Some(seen) = view.seen() else {
        return Vec::new();
    };
    let main = seen.rows.iter().filter(|row| row.way == Way::Benchmarked);
    let is_area = |row: &&SeenRow| row.part.level() == seen.level.as_str();
    let areas: Vec<&SeenRow> = main.clone().filter(is_area).collect();
    let known = areas.iter().filter(|row| row.ratio.is_value()).count();
    if known == 0 {
        return Vec::new();
    }
    let mut found: Vec<(f64, &SeenRow)> = Vec::new();
    for row in areas {
        found.extend(row.ratio.value().map(|ratio| (ratio.under_served, row)));
    }
    found.retain(|(probability, _)| *probability >= LIKELY);
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.part.cmp(&b.1.part)));
    let who = in_words(view, seen.need);
    let below = percent(seen.under_served_below);
    let note = "Fewer seen than expected is not need unmet, and of many areas some are likely to be low by chance.";
    if found.is_empty() {
        return vec![format!(
            "Of {} counts of {who} that are shown, none is probably (90% or more) below {below} of what would be expected \
             if what was seen were shared out. That is not proof that nobody is missed.",
            count(known as f64)
        )];
    }
    let named: Vec<String> = found
        .iter()
        .take(5)
        .map(|(_, row)| named(view, row))
        .collect();
    let more = found.len().saturating_sub(named.len());
    let more = if more > 0 {
        format!("; and {more} more")
    } else {
        String::new()
    };
    vec![format!(
        "Of {} counts of {who} that are shown, {} probably (90% or more) below {below} of what would be expected if what was \
         seen were shared out: {}{more}. {note}",
        count(known as f64),
        if found.len() == 1 {
            "1 is".to_owned()
        } else {
            format!("{} are", found.len())
        },
        named.join("; ")
    )]
}

/// An area, and its group if it is of one.
fn named(view: NeedsView<'_>, row: &SeenRow) -> String {
    let part = view.part_name(row.part);
    match group_name(view, row.group) {
        Some(group) => format!("{part} ({group})"),
        None => part,
    }
}

/// The name of a group; none for all children.
fn group_name(view: NeedsView<'_>, group: SeenGroup) -> Option<String> {
    match group {
        SeenGroup::All => None,
        SeenGroup::Of(at) => view.groups().get(usize::from(at)).cloned(),
        SeenGroup::Unknown => Some("not recorded".to_owned()),
    }
}

/// Tables of teams, of the areas of the table, and of groups.
pub(super) fn section(
    view: NeedsView<'_>,
    section: Section,
) -> Result<Option<Section>, DocumentError> {
    let Some(seen) = view.seen().filter(|seen| !seen.rows.is_empty()) else {
        return Ok(None);
    };
    let mut section = section.paragraph(format!(
        "Counts that were given, beside what would be expected in each area if all that were seen were shared out at England’s \
         rates by deprivation, age and ethnic group. A ratio below 1 says that fewer were seen than elsewhere in the authority. \
         It is drawn towards areas of its kind by as much as it is a matter of chance. The probability is that the ratio is \
         below {}.",
        grouped(seen.under_served_below, 2)
    ));
    // Where counts were made from homes, not every child has one.
    let gaps = seen
        .issues
        .iter()
        .filter(|issue| issue.code == IssueCode::CoverageGap && issue.area == Some(seen.authority));
    for gap in gaps {
        section = section.paragraph(format!("{}.", sentence(&gap.message)));
    }
    let of_all = |row: &&SeenRow| row.way == Way::Benchmarked && row.group == SeenGroup::All;
    let rows: Vec<&SeenRow> = seen.rows.iter().filter(of_all).collect();
    let kinds: [(&str, IsOf); 4] = [
        ("team", |part| matches!(part, Part::Team(_))),
        ("ward", |part| matches!(part, Part::Ward(_))),
        ("middle layer area", |part| matches!(part, Part::Msoa(_))),
        ("neighbourhood", |part| {
            matches!(part, Part::Neighbourhood(_))
        }),
    ];
    for (kind, is_of) in kinds {
        let own: Vec<&SeenRow> = rows.iter().copied().filter(|row| is_of(row.part)).collect();
        section = with_table(view, seen, section, kind, &own, |row| {
            view.part_name(row.part)
        })?;
    }
    let of_groups = |row: &&SeenRow| {
        row.way == Way::Benchmarked && row.part == Part::Authority && row.group != SeenGroup::All
    };
    let groups: Vec<&SeenRow> = seen.rows.iter().filter(of_groups).collect();
    section = with_table(view, seen, section, "ethnic group", &groups, |row| {
        group_name(view, row.group).unwrap_or_default()
    })?;
    let assumed = assumed_table("What was assumed of what was seen", &seen.assumed)?;
    Ok(Some(section.table(assumed).paragraph(
        "Fewer seen than expected is not need unmet: children may have less need than children like them elsewhere, or be \
         helped by somebody who counts otherwise. That children are missed everywhere does not show in what is shared out. \
         Groups within areas are in the tidy tables.",
    )))
}

fn with_table(
    view: NeedsView<'_>,
    seen: &SeenAgainstExpected,
    section: Section,
    kind: &str,
    rows: &[&SeenRow],
    name: impl Fn(&SeenRow) -> String,
) -> Result<Section, DocumentError> {
    if rows.is_empty() {
        return Ok(section);
    }
    let level = seen.levels.shown();
    let cells = rows.iter().map(|row| {
        let mut cells = vec![Cell::from(name(row))];
        cells.push(Cell::reported(row.seen.map(f64::from), 0));
        cells.push(Cell::reported(row.expected.map(|found| found.value), 0));
        cells.extend(match row.ratio {
            Reported::Value(found) => {
                let shown = found.intervals.shown();
                [found.shrunken, shown.low, shown.high, found.under_served]
                    .map(|x| Cell::number(x, 2))
            }
            Reported::Symbol(symbol) => [symbol; 4].map(Cell::Symbol),
        });
        cells
    });
    let head = sentence(kind);
    let columns = [
        head.as_str(),
        "Seen",
        "Expected",
        "Ratio, shrunken",
        "Ratio: from",
        "Ratio: to",
        "Probability under-served",
    ];
    let caption = format!(
        "Seen against expected: {}, by {kind}, {}, with {level} intervals",
        view.title(seen.need),
        view.authority()
    );
    let table = Table::new(caption, columns.map(Column::new).to_vec(), cells.collect())?;
    let withheld = rows
        .iter()
        .any(|row| row.seen == Reported::Symbol(Symbol::Confidential));
    let table = if withheld {
        table.note("Small counts are withheld, and others from which they could be worked out, with all that depends on them.")
    } else {
        table
    };
    Ok(section.table(table))
}
