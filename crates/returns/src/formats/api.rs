//! Children as the Department's data interface has them: an array of objects, one at a time.
//! Objects marked as purged are deletions and are dropped with what is under them.

use std::io::Read;

use disparity_core::Day;
use disparity_core::journeys::{BirthPrecision, CodeId, CodeSetId, Coded, SpellKind};
use serde::de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::diagnostics::Code;
use crate::fields::field_reader::{FieldReader, RowStop};
use crate::fields::value::is_null;
use crate::records::record_sink::RecordSink;
use crate::records::{Activity, Address, CareRow, PersonRow, System};

const FIELDS: &[&str] = &[
    "la_child_id",
    "date_of_birth",
    "expected_date_of_birth",
    "sex",
    "ethnicity",
    "unique_pupil_number",
    "postcode",
    "referral_date",
    "referral_source",
    "closure_date",
    "closure_reason",
    "start_date",
    "end_date",
    "authorisation_date",
    "icpc_date",
    "start_reason",
    "placement_type",
    "end_reason",
    "uasc_flag",
    "uasc_end_date",
    "referral_no_further_action_flag",
    "mis_child_id",
    "purge",
];

/// A field of the interface, by its position in the list: one that is not listed does not compile.
#[derive(Debug, Clone, Copy)]
struct Field(usize);

impl Field {
    const fn of(name: &str) -> Self {
        let mut at = 0;
        while at < FIELDS.len() {
            if is_same(FIELDS[at].as_bytes(), name.as_bytes()) {
                return Self(at);
            }
            at += 1;
        }
        panic!("no field of the interface has this name")
    }

    const fn name(self) -> &'static str {
        FIELDS[self.0]
    }
}

const fn is_same(a: &[u8], b: &[u8]) -> bool {
    let mut at = 0;
    while at < a.len() && at < b.len() && a[at] == b[at] {
        at += 1;
    }
    at == a.len() && at == b.len()
}

/// Lists inside an episode: what their members are, and where their days stand.
const MODULES: [(&str, SpellKind, Field, Option<Field>); 5] = [
    (
        "child_and_family_assessments",
        SpellKind::Assessment,
        Field::of("start_date"),
        Some(Field::of("authorisation_date")),
    ),
    (
        "child_in_need_plans",
        SpellKind::CinPlan,
        Field::of("start_date"),
        Some(Field::of("end_date")),
    ),
    (
        "section_47_assessments",
        SpellKind::Section47,
        Field::of("start_date"),
        None,
    ),
    (
        "section_47_assessments",
        SpellKind::InitialConference,
        Field::of("icpc_date"),
        None,
    ),
    (
        "child_protection_plans",
        SpellKind::ProtectionPlan,
        Field::of("start_date"),
        Some(Field::of("end_date")),
    ),
];

/// Reads children into records.
pub(crate) struct ApiReader<'x, 'a, 'r> {
    reading: &'x mut FieldReader<'a>,
    sink: &'x mut RecordSink<'r>,
    pub(crate) children: u64,
    pub(crate) kept: u64,
}

type Object = Map<String, Value>;

fn text<'v>(object: &'v Object, name: &str) -> std::borrow::Cow<'v, str> {
    match object.get(name) {
        Some(Value::String(text)) => text.as_str().into(),
        Some(Value::Number(number)) => number.to_string().into(),
        Some(Value::Bool(yes)) => if *yes { "1" } else { "0" }.into(),
        _ => "".into(),
    }
}

fn is_purged(object: &Object) -> bool {
    crate::fields::value::read_bool(&text(object, "purge")) == Ok(Some(true))
}

fn objects<'v>(object: &'v Object, name: &str) -> impl Iterator<Item = &'v Object> {
    object
        .get(name)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_object)
        .filter(|o| !is_purged(o))
}

impl<'x, 'a, 'r> ApiReader<'x, 'a, 'r> {
    /// The names that a [`FieldReader`] for this source has as its columns.
    pub(crate) fn columns() -> impl Iterator<Item = &'static str> {
        FIELDS.iter().copied()
    }

    pub(crate) fn new(reading: &'x mut FieldReader<'a>, sink: &'x mut RecordSink<'r>) -> Self {
        Self {
            reading,
            sink,
            children: 0,
            kept: 0,
        }
    }

    /// Reads the whole document, or several one after another: an array of children, one child, or
    /// pages that hold such an array under any name.
    pub(crate) fn read(&mut self, reader: impl Read) -> Result<(), serde_json::Error> {
        let reader = std::io::BufReader::new(reader);
        let mut document = serde_json::Deserializer::from_reader(reader);
        let mut first = true;
        // A second document follows or nothing does; what is neither is an error of its own.
        while first || document.end().is_err() {
            Document(self).deserialize(&mut document)?;
            first = false;
        }
        Ok(())
    }

    fn day(&mut self, object: &Object, field: Field) -> Option<Day> {
        self.reading.day(field.0, &text(object, field.name()))
    }

    fn span(
        &mut self,
        object: &Object,
        kind: SpellKind,
        from: Field,
        to: Option<Field>,
    ) -> Result<(Day, Option<Day>), RowStop> {
        let first = text(object, from.name());
        let last = to.map(|to| (to.0, text(object, to.name())));
        let last = last.as_ref().map(|(at, text)| (*at, text.as_ref()));
        self.reading.span(kind, (from.0, &first), last)
    }

    fn child(&mut self, child: &Object) {
        self.children += 1;
        // The position stands for a line: the format has none.
        self.reading.line = self.children;
        self.check_purges(child);
        if is_purged(child) {
            return;
        }
        let Ok(id) = self.sink.id(self.reading, 0, &text(child, "la_child_id")) else {
            return;
        };
        self.kept += 1;
        let place = self.sink.place(self.reading);
        let mut person = PersonRow::new(id, System::Api, place, self.sink.year);
        if let Some(details) = child
            .get("child_details")
            .and_then(Value::as_object)
            .filter(|d| !is_purged(d))
        {
            person.birth = self.day(details, const { Field::of("date_of_birth") });
            person.precision = if person.birth.is_some() {
                BirthPrecision::Day
            } else {
                BirthPrecision::None
            };
            if person.birth.is_none()
                && let Some(day) = self.day(details, const { Field::of("expected_date_of_birth") })
            {
                person.birth = Some(day);
                person.precision = BirthPrecision::Expected;
            }
            person.sex = self
                .reading
                .sex(const { Field::of("sex").0 }, &text(details, "sex"));
            person.ethnicity = self.reading.ethnicity(
                const { Field::of("ethnicity").0 },
                &text(details, "ethnicity"),
            );
            let upn = text(details, "unique_pupil_number");
            person.upn = self
                .reading
                .upn(const { Field::of("unique_pupil_number").0 }, &upn)
                .map(|upn| self.sink.records().texts.number(&upn));
            let flag = text(details, "uasc_flag");
            person.unaccompanied = self
                .reading
                .unaccompanied(const { Field::of("uasc_flag").0 }, &flag);
            person.unaccompanied_unclear = person.unaccompanied.is_none() && !is_null(&flag);
            person.unaccompanied_ceased = self.day(details, const { Field::of("uasc_end_date") });
            if let Some(code) = self.reading.postcode(
                const { Field::of("postcode").0 },
                &text(details, "postcode"),
            ) {
                let postcode = self.sink.records().texts.number(&code);
                self.sink.records().addresses.push(Address {
                    id,
                    from: None,
                    to: None,
                    postcode,
                });
            }
        }
        self.sink.records().persons.push(person);
        self.bridge(id, &text(child, "mis_child_id"));
        for episode in objects(child, "social_care_episodes") {
            self.episode(id, episode);
        }
    }

    /// Says where it is not understood whether something is a deletion; it is kept then.
    fn check_purges(&mut self, object: &Object) {
        for (name, value) in object {
            match value {
                Value::Object(inner) => self.check_purges(inner),
                Value::Array(list) => {
                    for inner in list.iter().filter_map(Value::as_object) {
                        self.check_purges(inner);
                    }
                }
                _ if name == "purge"
                    && crate::fields::value::read_bool(&text(object, name)).is_err() =>
                {
                    let said = text(object, name).into_owned();
                    let at = const { Field::of("purge").0 };
                    self.reading.report(
                        Code::CodeUnknown,
                        at,
                        &said,
                        "expected true or false; kept",
                    );
                }
                _ => {}
            }
        }
    }

    /// The identifier of the child in the system the returns are made from.
    fn bridge(&mut self, id: u32, other: &str) {
        if is_null(other) {
            return;
        }
        // What follows is about the child under its own identifier.
        let own = self.reading.child.take();
        if let Ok(other) = self
            .sink
            .id(self.reading, const { Field::of("mis_child_id").0 }, other)
        {
            self.sink.records().bridges.push((id, other));
        }
        self.reading.child = own;
    }

    fn episode(&mut self, id: u32, object: &Object) {
        let place = self.sink.place(self.reading);
        let year = self.sink.year;
        let kind = SpellKind::CinEpisode;
        let Ok((start, end)) = self.span(
            object,
            kind,
            const { Field::of("referral_date") },
            const { Some(Field::of("closure_date")) },
        ) else {
            return;
        };
        let mut episode = Activity::new(
            id,
            System::Api,
            place,
            year,
            SpellKind::CinEpisode,
            start,
            end,
        );
        let source = text(object, "referral_source");
        let reason = text(object, "closure_reason");
        let source = self.reading.coded(
            const { Field::of("referral_source").0 },
            CodeSetId::ReferralSource,
            &source,
        );
        let closure = self.reading.coded(
            const { Field::of("closure_reason").0 },
            CodeSetId::ReasonForClosure,
            &reason,
        );
        episode.coded = Coded::Episode {
            source,
            need: CodeId::BLANK,
            closure,
        };
        let nfa = text(object, "referral_no_further_action_flag");
        let at = const { Field::of("referral_no_further_action_flag").0 };
        episode.no_further_action = self.reading.no_further_action(at, &nfa);
        if is_null(&nfa) {
            self.reading.report(Code::NfaMissing, at, "", "");
        }
        self.sink.records().activities.push(episode);
        for (list, kind, from, to) in MODULES {
            for module in objects(object, list) {
                if kind == SpellKind::InitialConference && text(module, from.name()).is_empty() {
                    continue;
                }
                let Ok((day, until)) = self.span(module, kind, from, to) else {
                    continue;
                };
                let mut activity = Activity::new(id, System::Api, place, year, kind, day, until);
                activity.parent = Some(start);
                self.sink.records().activities.push(activity);
            }
        }
        for placement in objects(object, "child_looked_after_placements") {
            self.placement(id, placement);
        }
    }

    fn placement(&mut self, id: u32, object: &Object) {
        let kind = SpellKind::CareEpisode;
        let Ok((start, end)) = self.span(
            object,
            kind,
            const { Field::of("start_date") },
            const { Some(Field::of("end_date")) },
        ) else {
            return;
        };
        let (new, place, ceased) = (
            text(object, "start_reason"),
            text(object, "placement_type"),
            text(object, "end_reason"),
        );
        let row = CareRow {
            id,
            place: self.sink.place(self.reading),
            system: System::Api,
            year: self.sink.year,
            start,
            end: end.into(),
            reason_new: self.reading.coded(
                const { Field::of("start_reason").0 },
                CodeSetId::ReasonNewEpisode,
                &new,
            ),
            legal_status: CodeId::BLANK,
            need: CodeId::BLANK,
            placement: self.reading.coded(
                const { Field::of("placement_type").0 },
                CodeSetId::Placement,
                &place,
            ),
            provider: 0,
            placed_at: 0,
            home_postcode: 0,
            reason_ceased: self.reading.coded(
                const { Field::of("end_reason").0 },
                CodeSetId::ReasonCeased,
                &ceased,
            ),
            reason_change: 0,
            rule: None,
            period_key: 0,
        };
        self.sink.records().care.push(row);
    }
}

struct Document<'d, 'x, 'a, 'r>(&'d mut ApiReader<'x, 'a, 'r>);

impl<'de> DeserializeSeed<'de> for Document<'_, '_, '_, '_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Document<'_, '_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an array of children")
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut children: S) -> Result<(), S::Error> {
        while let Some(child) = children.next_element::<Value>()? {
            let Some(child) = child.as_object() else {
                return Err(S::Error::custom("an element is not a child"));
            };
            self.0.child(child);
        }
        Ok(())
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        let mut child = Map::new();
        let mut pages = 0_u32;
        while let Some(name) = map.next_key::<String>()? {
            if FIELDS.contains(&name.as_str()) || CHILD_PARTS.contains(&name.as_str()) {
                child.insert(name, map.next_value()?);
            } else if map.next_value_seed(Page(self.0))? {
                pages += 1;
            }
        }
        match (child.contains_key("la_child_id"), pages) {
            (true, _) => self.0.child(&child),
            (false, 1..) => {}
            (false, 0) => return Err(M::Error::custom("the object has no la_child_id")),
        }
        Ok(())
    }
}

/// The parts of a child that are no fields of their own.
const CHILD_PARTS: [&str; 3] = [
    "child_details",
    "health_and_wellbeing",
    "social_care_episodes",
];

/// A value beside others in an object: an array of children is a page, anything else is about the
/// pages. Says which it was.
struct Page<'d, 'x, 'a, 'r>(&'d mut ApiReader<'x, 'a, 'r>);

impl<'de> DeserializeSeed<'de> for Page<'_, '_, '_, '_> {
    type Value = bool;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Page<'_, '_, '_, '_> {
    type Value = bool;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an array of children or a note about them")
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut children: S) -> Result<bool, S::Error> {
        let mut found = false;
        while let Some(value) = children.next_element::<Value>()? {
            match value.as_object() {
                Some(child) if child.contains_key("la_child_id") => {
                    found = true;
                    self.0.child(child);
                }
                _ if found => return Err(S::Error::custom("an element is not a child")),
                _ => {}
            }
        }
        Ok(found)
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<bool, M::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(false)
    }

    fn visit_bool<E>(self, _: bool) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_i64<E>(self, _: i64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_u64<E>(self, _: u64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_f64<E>(self, _: f64) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_str<E>(self, _: &str) -> Result<bool, E> {
        Ok(false)
    }

    fn visit_unit<E>(self) -> Result<bool, E> {
        Ok(false)
    }
}
