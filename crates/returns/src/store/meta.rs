//! What the columns mean, and what the files say about themselves.

use arrow_schema::{DataType, Field};
use disparity_core::Day;
use disparity_core::journeys::{
    Authority, Code, CodeSet, CodeSetId, CodeSets, Continued, Coverage, Covered, Homes, Journeys,
    SpellKind,
};
use serde_json::{Value, json};

use crate::records::source::Source;

/// Version of the layout. A reader refuses another: in the first, what nobody had ended ended on a
/// 31 March, and no return said otherwise than the history; in the second, nothing said which files
/// belong together; in the third, nothing said in which neighbourhood a home was.
pub(crate) const LAYOUT: &str = "4";

/// A column with what it means and its unit.
pub(crate) fn field(
    name: &str,
    kind: DataType,
    nullable: bool,
    unit: &str,
    description: &str,
) -> Field {
    Field::new(name, kind, nullable).with_metadata(std::collections::HashMap::from([
        ("unit".to_owned(), unit.to_owned()),
        ("description".to_owned(), description.to_owned()),
    ]))
}

/// Text of many kinds.
pub(crate) fn many_words() -> DataType {
    DataType::Dictionary(Box::new(DataType::UInt16), Box::new(DataType::Utf8))
}

/// Text of few kinds.
pub(crate) fn words() -> DataType {
    DataType::Dictionary(Box::new(DataType::UInt8), Box::new(DataType::Utf8))
}

/// Authorities with their coverage, for the metadata.
pub(crate) fn authorities(journeys: &Journeys) -> Value {
    let one = |(at, authority): (usize, &Authority)| {
        let coverage: serde_json::Map<String, Value> = SpellKind::ALL
            .into_iter()
            .filter(|kind| !authority.coverage.of(*kind).is_empty())
            .map(|kind| {
                let spans: Vec<[String; 2]> = authority
                    .coverage
                    .of(kind)
                    .spans()
                    .iter()
                    .map(|(a, b)| [a.to_string(), b.to_string()])
                    .collect();
                (kind.as_str().to_owned(), json!(spans))
            })
            .collect();
        json!({
            "old_la_code": authority.old_la_code,
            "area": authority.area.map(|area| area.to_string()),
            "extract": authority.extract.to_string(),
            "children": journeys.children_of(at).len(),
            "coverage": coverage,
            "continued": authority.continued.as_ref().map(|continued| json!({
                "from": continued.from.to_string(),
                "predecessors": continued.predecessors,
                "whole": continued.whole,
            })),
        })
    };
    journeys.authorities().iter().enumerate().map(one).collect()
}

/// Authorities from the metadata, each with its number of children.
pub(crate) fn read_authorities(value: &Value) -> Option<Vec<(Authority, usize)>> {
    value.as_array()?.iter().map(read_authority).collect()
}

fn read_authority(value: &Value) -> Option<(Authority, usize)> {
    let day = |value: &Value| Day::parse(value.as_str()?).ok();
    let mut coverage = Coverage::default();
    for (kind, spans) in value.get("coverage")?.as_object()? {
        let spans = spans
            .as_array()?
            .iter()
            .map(|span| Some((day(span.get(0)?)?, day(span.get(1)?)?)))
            .collect::<Option<Vec<_>>>()?;
        coverage.set(SpellKind::from_word(kind)?, Covered::new(spans));
    }
    let authority = Authority {
        old_la_code: value.get("old_la_code")?.as_str()?.to_owned(),
        area: match value.get("area")? {
            Value::Null => None,
            area => Some(area.as_str()?.parse().ok()?),
        },
        coverage,
        extract: day(value.get("extract")?)?,
        // Stores of an earlier version do not speak of it.
        continued: match value.get("continued") {
            None | Some(Value::Null) => None,
            Some(continued) => Some(Continued {
                from: day(continued.get("from")?)?,
                predecessors: continued
                    .get("predecessors")?
                    .as_array()?
                    .iter()
                    .map(|code| Some(code.as_str()?.to_owned()))
                    .collect::<Option<_>>()?,
                whole: continued.get("whole")?.as_bool()?,
            }),
        },
    };
    Some((
        authority,
        usize::try_from(value.get("children")?.as_u64()?).ok()?,
    ))
}

/// Code sets for the metadata.
pub(crate) fn codes(sets: &CodeSets) -> Value {
    let one = |id: CodeSetId| {
        let codes: Vec<Value> = sets
            .set(id)
            .iter()
            .map(|(_, code)| {
                json!([
                    code.code,
                    code.label,
                    code.group,
                    code.valid.0,
                    code.valid.1
                ])
            })
            .collect();
        (id.as_str().to_owned(), Value::Array(codes))
    };
    Value::Object(CodeSetId::ALL.into_iter().map(one).collect())
}

/// Code sets from the metadata.
pub(crate) fn read_codes(value: &Value) -> Option<CodeSets> {
    let mut sets: Vec<CodeSet> = Vec::with_capacity(CodeSetId::ALL.len());
    for id in CodeSetId::ALL {
        let list = value.get(id.as_str())?.as_array()?;
        let text = |code: &Value, at: usize| Some(code.get(at)?.as_str()?.to_owned());
        let year = |code: &Value, at: usize| u16::try_from(code.get(at)?.as_u64()?).ok();
        let codes = list
            .iter()
            .map(|code| {
                Some(Code {
                    code: text(code, 0)?,
                    label: text(code, 1)?,
                    group: text(code, 2)?,
                    valid: (year(code, 3)?, year(code, 4)?),
                })
            })
            .collect::<Option<Vec<_>>>()?;
        sets.push(CodeSet::new(codes)?);
    }
    Some(CodeSets::new(sets.try_into().ok()?))
}

/// Neighbourhoods of homes for the metadata.
pub(crate) fn homes(homes: &Homes) -> Value {
    homes.codes().iter().map(ToString::to_string).collect()
}

/// Neighbourhoods of homes from the metadata.
pub(crate) fn read_homes(value: &Value) -> Option<Homes> {
    let codes = value.as_array()?.iter();
    let codes = codes.map(|code| code.as_str()?.parse().ok());
    Homes::new(codes.collect::<Option<_>>()?)
}

/// What was read, for the metadata.
pub(crate) fn sources(sources: &[Source]) -> Value {
    sources
        .iter()
        .filter(|source| source.used)
        .map(|source| {
            json!({
                "name": source.name, "family": source.format.as_str(), "table": source.table, "year": source.year,
                "sha256": source.sha256, "rows_read": source.rows_read, "rows_kept": source.rows_kept,
            })
        })
        .collect()
}
