//! The columns of the files of children and of spells, with what they mean and their units.

use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema, SchemaRef};

use disparity_core::journeys::HomeId;

use super::meta::{field, many_words, words};

/// What stands for a home whose neighbourhood nobody can tell.
pub(super) const UNTOLD: &str = "?";

/// What stands where there is no code of a neighbourhood.
pub(super) const HOME_WORDS: [(HomeId, &str); 3] = [
    (HomeId::BLANK, ""),
    (HomeId::UNKNOWN, UNTOLD),
    (HomeId::OUTSIDE, "outside"),
];

pub(super) fn child_schema() -> SchemaRef {
    let (date, flag) = (DataType::Date32, DataType::Boolean);
    Arc::new(Schema::new(vec![
        field(
            "child",
            DataType::UInt32,
            false,
            "",
            "row number of the child; identifiers are not kept",
        ),
        field(
            "old_la_code",
            words(),
            false,
            "",
            "authority, three-digit code",
        ),
        field(
            "birth",
            date.clone(),
            true,
            "day",
            "date of birth, or the day on which it is expected",
        ),
        field(
            "birth_precision",
            words(),
            false,
            "",
            "how much of the birth is known",
        ),
        field("death", date.clone(), true, "day", "date of death"),
        field("sex", words(), false, "", "sex"),
        field("ethnicity", words(), false, "", "detailed ethnic group"),
        field(
            "ethnicity_conflict",
            flag.clone(),
            false,
            "",
            "sources disagree about the broad group",
        ),
        field(
            "unaccompanied",
            flag.clone(),
            true,
            "",
            "unaccompanied and seeking asylum",
        ),
        field(
            "unaccompanied_ceased",
            date.clone(),
            true,
            "day",
            "last day as an unaccompanied child",
        ),
        field(
            "arrival",
            date,
            true,
            "day",
            "earliest sign of arrival from another authority",
        ),
        field(
            "earlier_permanence",
            flag,
            true,
            "",
            "permanence order or adoption before care",
        ),
        field(
            "link",
            words(),
            false,
            "",
            "how the care record was matched",
        ),
        field(
            "earlier_child",
            DataType::UInt32,
            true,
            "",
            "row of the same child in the authority before a change of boundaries; its own row if that is unclear",
        ),
    ]))
}

/// What a spell is, in whichever file it stands.
pub(super) fn spell_fields() -> impl Iterator<Item = Field> {
    [
        field("kind", words(), false, "", "kind of spell or event"),
        field("start", DataType::Date32, false, "day", "first day"),
        field(
            "end",
            DataType::Date32,
            true,
            "day",
            "last day as recorded; empty while it lasts; with flag 4 or 8 the first day on which nobody says that it was running",
        ),
        field(
            "flags",
            DataType::UInt8,
            false,
            "bits",
            "1 start known, 2 start inferred, 4 end not recorded and absent from the next return, 8 end not recorded and the next return not read, 16 no further action, 32 for another authority, 64 transferred in, 128 may be short breaks",
        ),
        field(
            "code_1",
            words(),
            false,
            "",
            "referral source, initial category of abuse or legal status",
        ),
        field(
            "code_2",
            words(),
            false,
            "",
            "need, latest category of abuse or placement",
        ),
        field(
            "code_3",
            words(),
            false,
            "",
            "reason for closure or for ceasing",
        ),
        field(
            "number",
            DataType::UInt8,
            false,
            "plans",
            "previous protection plans; 255 if not recorded",
        ),
        field(
            "deprivation_decile",
            DataType::UInt8,
            false,
            "tenth",
            "tenth of neighbourhoods of the home, 1 most deprived; 0 unknown",
        ),
        field(
            "home_lsoa",
            many_words(),
            false,
            "",
            "neighbourhood (LSOA of 2021 or 2011, as the lookup of postcodes has it) of the home at the start; empty if \
             no home is recorded, ? if its neighbourhood cannot be told, outside if it is not in England",
        ),
        field(
            "referral_date",
            DataType::Date32,
            true,
            "day",
            "referral of the episode of need it belongs to",
        ),
    ]
    .into_iter()
}

pub(super) fn spell_schema() -> SchemaRef {
    let child = [
        field(
            "child",
            DataType::UInt32,
            false,
            "",
            "row number of the child",
        ),
        field(
            "old_la_code",
            words(),
            false,
            "",
            "authority, three-digit code",
        ),
    ];
    let of_child = [
        field("birth", DataType::Date32, true, "day", "birth of the child"),
        field("sex", words(), false, "", "sex of the child"),
        field(
            "ethnicity",
            words(),
            false,
            "",
            "detailed ethnic group of the child",
        ),
    ];
    let fields: Vec<Field> = child
        .into_iter()
        .chain(spell_fields())
        .chain(of_child)
        .collect();
    Arc::new(Schema::new(fields))
}
