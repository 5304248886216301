//! `disparity audit`: which withheld counts of outputs can be worked out by whoever has them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::Result;
use disparity_core::{AreaCode, Catalogue, thousands};
use disparity_export::{
    AUDIT_HEADER, AuditError, AuditReport, AuditedOutputs, AuditedPart, AuditedRule, ExposedCount,
    Exposure, audit_row,
};
use disparity_journeys::known;

use crate::args::Format;
use crate::hint::Hinted;
use crate::out::{print, print_csv, print_json, wrapped};
use crate::returns_args::AuditArgs;

/// So many are told in the text, of each set of outputs.
const TOLD: usize = 12;

/// Prints what is exposed; false where something is.
pub(crate) fn run(args: &AuditArgs, catalogue: &Catalogue) -> Result<bool> {
    if args.withhold_to == 0 {
        return Err(Hinted::new(
            "--withhold-to 0 asks for nothing to be looked for",
            "name the greatest count that was to be withheld, as the output was made: 5 without the option",
        )
        .into());
    }
    let mut outputs = AuditedOutputs::default();
    for path in &args.outputs {
        outputs
            .read(path, catalogue)
            .map_err(|error| hinted(&error))?;
    }
    let rule = AuditedRule {
        withhold_to: args.withhold_to,
        round_to: args.round_to.max(1),
    };
    let report = outputs.audit(rule, catalogue, &known(catalogue));
    let name = |area: &str| name_of(area, catalogue);
    let rows = report
        .exposed
        .iter()
        .map(|one| audit_row(one, &name(&one.area)));
    match args.format {
        Format::Text => print(&text(&report, rule, &name))?,
        Format::Csv => print_csv(&AUDIT_HEADER, rows)?,
        Format::Json => print_json(&AUDIT_HEADER, rows)?,
    }
    Ok(!report.exposed.iter().any(is_exposed))
}

/// Whether it follows without taking it that whatever is withheld is somebody, which need not be so.
fn is_exposed(one: &ExposedCount) -> bool {
    one.exposure != Exposure::IfSomebody
}

fn hinted(error: &AuditError) -> Hinted {
    let advice = match error {
        AuditError::File { .. } => "is it whole, and may you read it?",
        AuditError::NothingOfOurs { .. } => {
            "name what `disparity prior-help --format csv` or `journeys --format csv` printed, the folder \
             that it is in, or the folder that `disparity run --returns` wrote"
        }
        AuditError::Published { .. } => {
            "name an output that was made of records of children, by `disparity run --returns`"
        }
    };
    Hinted::new(error.to_string(), advice)
}

fn name_of(area: &str, catalogue: &Catalogue) -> String {
    if area.is_empty() {
        return "all loaded authorities".to_owned();
    }
    area.parse::<AreaCode>()
        .map_or_else(|_| area.to_owned(), |code| catalogue.areas.name(code))
}

/// What was read, what is withheld, and what of it is exposed.
fn text(report: &AuditReport, rule: AuditedRule, name: &dyn Fn(&str) -> String) -> String {
    let mut text = String::new();
    if report.parts.iter().any(|part| part.synthetic) {
        say(
            &mut text,
            0,
            "SYNTHETIC: these children are invented; no figure here is about anyone",
        );
        text.push('\n');
    }
    let mut exposed: BTreeMap<&[String], Vec<&ExposedCount>> = BTreeMap::new();
    for one in &report.exposed {
        exposed.entry(&one.outputs).or_default().push(one);
    }
    for part in &report.parts {
        about(&mut text, part, rule);
        let own = exposed.remove(part.outputs.as_slice()).unwrap_or_default();
        let (own, guessed): (Vec<&ExposedCount>, Vec<&ExposedCount>) =
            own.into_iter().partition(|one| is_exposed(one));
        let alone = part.outputs.len() == 1;
        if own.is_empty() {
            let more = if alone {
                ""
            } else {
                " that is not by one alone"
            };
            say(&mut text, 2, &format!("Nothing is exposed{more}."));
        } else {
            let more = if alone { "" } else { ", by none of them alone" };
            say(
                &mut text,
                2,
                &format!("EXPOSED{more}: {}", counted(own.len(), "count", "counts")),
            );
            for one in own.iter().take(TOLD) {
                say(&mut text, 4, &line(one, &name(&one.area)));
            }
            if own.len() > TOLD {
                let more = thousands(&(own.len() - TOLD).to_string());
                say(
                    &mut text,
                    4,
                    &format!("and {more} more: --format csv has all"),
                );
            }
        }
        if !guessed.is_empty() {
            let many = counted(guessed.len(), "count more has", "counts more have");
            say(
                &mut text,
                2,
                &format!(
                    "{many} one value for a reader who takes it that whatever is withheld is at least one. It need \
                     not be: zeros are withheld too."
                ),
            );
        }
        text.push('\n');
    }
    text
}

/// What was read, and how many counts it shows and withholds.
fn about(text: &mut String, part: &AuditedPart, rule: AuditedRule) {
    let n = |count: usize| thousands(&count.to_string());
    if let [one] = part.outputs.as_slice() {
        say(text, 0, &format!("{one}: {}", part.kinds.join(", ")));
    } else {
        let all = part.outputs.join(", ");
        say(text, 0, &format!("Together: {all}"));
    }
    if let Some(why) = &part.unprotected {
        say(
            text,
            2,
            &format!("UNPROTECTED: nothing is withheld ({why})"),
        );
    }
    say(
        text,
        2,
        &format!(
            "{} counts shown and {} withheld. As far as a reader can know, of those withheld {} are from 1 to \
             {}, {} are above, and of {} he cannot say.",
            n(part.shown),
            n(part.withheld),
            n(part.surely_small),
            rule.withhold_to,
            n(part.surely_above),
            n(part
                .withheld
                .saturating_sub(part.surely_small + part.surely_above)),
        ),
    );
    say(
        text,
        2,
        &format!(
            "Asked: {} counts, and what is left of one beside another; {} are in doubt, as other numbers agree \
             with all that is shown.",
            n(part.asked),
            n(part.in_doubt),
        ),
    );
    if part.not_proven > 0 {
        say(
            text,
            2,
            &format!(
                "NOT PROVEN: {} of them. The search ended first, and that is not safe.",
                n(part.not_proven)
            ),
        );
    }
    if part.differ > 0 {
        say(
            text,
            2,
            &format!(
                "{} are one number in one place and another in another, and were left out: were they made of the \
                 same records?",
                counted(part.differ, "count", "counts")
            ),
        );
    }
    if part.contradicted > 0 {
        let rounded = if rule.round_to > 1 {
            ""
        } else {
            " Was it rounded (--round-to)?"
        };
        say(
            text,
            2,
            &format!(
                "{} of {} relations do not hold of what is shown, and were left out.{rounded}",
                n(part.contradicted),
                n(part.relations + part.contradicted),
            ),
        );
    }
}

/// A count that is exposed, in words.
fn line(one: &ExposedCount, name: &str) -> String {
    let mut line = format!("{}, {name}, {}", one.what, one.span());
    if one.group_by != "total" {
        let _ = write!(line, ", {}: {}", one.group_by, one.group);
    }
    let value = if one.least == one.most {
        one.least.to_string()
    } else {
        format!("{} to {}", one.least, one.most)
    };
    let _ = match one.exposure {
        Exposure::Shown => write!(line, ": stands there, {value}"),
        Exposure::Told | Exposure::Narrowed => write!(line, ": must be {value}"),
        Exposure::IfSomebody => write!(
            line,
            ": must be {value} if all that is withheld is somebody"
        ),
    };
    if one.likely {
        line.push_str(", most likely");
    }
    line
}

fn counted(n: usize, one: &str, many: &str) -> String {
    format!(
        "{} {}",
        thousands(&n.to_string()),
        if n == 1 { one } else { many }
    )
}

/// Says a sentence in lines that are not too long, each set in by so much.
fn say(text: &mut String, set_in: usize, sentence: &str) {
    text.push_str(&wrapped(&" ".repeat(set_in), set_in + 2, sentence));
}
