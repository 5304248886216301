//! Boundaries that somebody gives: a GeoJSON (RFC 7946) of neighbourhoods of 2021, or of authorities.

use std::collections::BTreeMap;

use disparity_core::neighbourhoods::{Boundaries, Neighbourhood, Polygon, Ring};
use disparity_core::{AreaCode, Areas};
use serde_json::Value;

/// What the property with the code may be called, the most exact first.
const CODES: [&str; 5] = ["LSOA21CD", "lsoa21cd", "lsoa21_code", "lsoa_code", "code"];

/// A box around England in degrees: west, south, east, north.
const ENGLAND: [f64; 4] = [-7.0, 49.5, 2.5, 56.5];

const ADVICE_FORMAT: &str = "give a GeoJSON FeatureCollection of lower layer super output areas of 2021 with their codes in LSOA21CD";

/// Boundaries that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{file}`{}: {what}", .feature.map_or(String::new(), |at| format!(", feature {at}")))]
pub struct BoundariesError {
    /// The file.
    pub file: String,
    /// Which feature, from 1; none for the whole file.
    pub feature: Option<usize>,
    /// What is wrong, with the value.
    pub what: String,
    /// What to do.
    pub advice: &'static str,
}

/// Reads the boundaries of every neighbourhood of an authority; those of others in the file are passed over.
///
/// Rings may wind either way, as they do in public copies. Two features of one code are put together.
///
/// # Errors
/// [`BoundariesError`] for what is no GeoJSON, a feature without a code or without area, positions that are not
/// degrees in England, and neighbourhoods without a boundary.
pub fn read_boundaries(
    file: &str,
    bytes: &[u8],
    own: &[Neighbourhood],
) -> Result<Boundaries, BoundariesError> {
    let codes: Vec<AreaCode> = own.iter().map(|own| own.code).collect();
    let of = |properties: &Value| {
        let found = CODES.iter().find_map(|name| properties[*name].as_str());
        let code = found.ok_or_else(|| no_code(properties))?;
        // Neighbourhoods are in the order of their codes.
        let at = codes.binary_search_by(|own| own.as_str().cmp(code));
        Ok(at.ok().map(|at| codes[at]))
    };
    let asked = Asked {
        file,
        format: ADVICE_FORMAT,
        whose: "neighbourhoods of the authority",
        cover: "use boundaries of 2021 that cover the authority; those of 2011 have other codes",
    };
    asked.read(bytes, &codes, &of)
}

/// Reads the boundaries of authorities; those of other areas in the file are passed over. A code that an authority has
/// had is its own, in whatever property it stands.
///
/// # Errors
/// [`BoundariesError`] as of [`read_boundaries`].
pub fn read_authority_boundaries(
    file: &str,
    bytes: &[u8],
    own: &[AreaCode],
    areas: &Areas,
) -> Result<Boundaries, BoundariesError> {
    let of = |properties: &Value| {
        let mut any = false;
        let each = properties.as_object().into_iter().flatten();
        let mut codes = each.filter_map(|(_, value)| value.as_str()?.parse::<AreaCode>().ok());
        let found = codes.find_map(|code| {
            any = true;
            areas.entity(code).filter(|entity| own.contains(entity))
        });
        if any {
            Ok(found)
        } else {
            Err(no_code(properties))
        }
    };
    let asked = Asked {
        file,
        format: "give a GeoJSON FeatureCollection of counties and unitary authorities with their nine-character codes",
        whose: "authorities",
        cover: "use boundaries of counties and unitary authorities (not of districts) of the year of the figures",
    };
    asked.read(bytes, own, &of)
}

/// A file of boundaries, and what to say of it.
struct Asked<'a> {
    file: &'a str,
    format: &'static str,
    whose: &'static str,
    cover: &'static str,
}

impl Asked<'_> {
    fn error(&self, feature: Option<usize>, what: String, advice: &'static str) -> BoundariesError {
        BoundariesError {
            file: self.file.to_owned(),
            feature,
            what,
            advice,
        }
    }

    /// Reads the boundaries of every area of a list. `of` says whose a feature is by its properties; nobody's is passed over.
    fn read(
        &self,
        bytes: &[u8],
        own: &[AreaCode],
        of: &dyn Fn(&Value) -> Result<Option<AreaCode>, String>,
    ) -> Result<Boundaries, BoundariesError> {
        let json: Value = serde_json::from_slice(bytes)
            .map_err(|cause| self.error(None, format!("it is no JSON: {cause}"), self.format))?;
        let Some(features) = json["features"].as_array() else {
            let kind = json["type"].as_str().unwrap_or("not said");
            let what = format!("it has no features; its type is {kind}");
            return Err(self.error(None, what, self.format));
        };
        let mut found: BTreeMap<AreaCode, Vec<Polygon>> = BTreeMap::new();
        for (feature, number) in features.iter().zip(1..) {
            let code = of(&feature["properties"])
                .map_err(|what| self.error(Some(number), what, self.format))?;
            let Some(code) = code else { continue };
            let read = polygons(&feature["geometry"]).map_err(|(what, advice)| {
                self.error(Some(number), format!("{code}: {what}"), advice)
            })?;
            found.entry(code).or_default().extend(read);
        }
        let without: Vec<&AreaCode> = own.iter().filter(|own| !found.contains_key(own)).collect();
        if let Some(first) = without.first() {
            let what = format!(
                "{} of {} {} have no boundary, the first {first}",
                without.len(),
                own.len(),
                self.whose
            );
            return Err(self.error(None, what, self.cover));
        }
        Ok(Boundaries(found))
    }
}

/// No property of a feature is the code that is looked for.
fn no_code(properties: &Value) -> String {
    let names: Vec<&str> = properties
        .as_object()
        .map(|all| all.keys().map(String::as_str).collect())
        .unwrap_or_default();
    format!("no property holds the code; found {}", names.join(", "))
}

type Fault = (String, &'static str);

/// The items of a list; none of anything else.
fn items(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

fn polygons(geometry: &Value) -> Result<Vec<Polygon>, Fault> {
    let coordinates = &geometry["coordinates"];
    let each = match geometry["type"].as_str() {
        Some("Polygon") => vec![polygon(coordinates)?],
        Some("MultiPolygon") => items(coordinates)
            .iter()
            .map(polygon)
            .collect::<Result<_, _>>()?,
        other => {
            let what = format!("its geometry is {}", other.unwrap_or("not said"));
            return Err((what, "give polygons: boundaries, not points or lines"));
        }
    };
    if each.is_empty() {
        return Err(("it has no polygon".into(), "give boundaries with areas"));
    }
    Ok(each)
}

fn polygon(rings: &Value) -> Result<Polygon, Fault> {
    let rings = items(rings);
    if rings.is_empty() {
        return Err(("a polygon has no ring".into(), "give boundaries with areas"));
    }
    rings.iter().map(ring).collect()
}

fn ring(positions: &Value) -> Result<Ring, Fault> {
    let mut ring: Ring = items(positions)
        .iter()
        .map(position)
        .collect::<Result<_, _>>()?;
    if ring.first() == ring.last() {
        ring.pop();
    }
    if ring.len() < 3 {
        let what = format!("a ring has {} positions", ring.len());
        return Err((what, "give boundaries with areas"));
    }
    Ok(ring)
}

fn position(value: &Value) -> Result<[f64; 2], Fault> {
    let [west, south, east, north] = ENGLAND;
    match (value[0].as_f64(), value[1].as_f64()) {
        (Some(x), Some(y)) if (west..=east).contains(&x) && (south..=north).contains(&y) => {
            Ok([x, y])
        }
        (Some(x), Some(y)) => Err((
            format!("the position {x}, {y} is not in England"),
            "give longitude and latitude in degrees (EPSG:4326), not metres of the national grid",
        )),
        _ => Err((format!("{value} is no position"), ADVICE_FORMAT)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::given_codes::tests::{HERE, code as area, world};

    fn feature(code: &str, kind: &str, coordinates: &str) -> String {
        format!(
            r#"{{"type":"Feature","properties":{{"LSOA21CD":"{code}"}},"geometry":{{"type":"{kind}","coordinates":{coordinates}}}}}"#
        )
    }

    const SQUARE: &str = "[[[-1,52],[-0.9,52],[-0.9,52.1],[-1,52.1],[-1,52]]]";

    fn read(features: &[String]) -> Result<Boundaries, BoundariesError> {
        let text = format!(
            r#"{{"type":"FeatureCollection","features":[{}]}}"#,
            features.join(",")
        );
        read_boundaries("b.geojson", text.as_bytes(), world().of(area(HERE)))
    }

    /// Those of the authority, and one of another.
    fn all() -> Vec<String> {
        let world = world();
        let own = world.of(area(HERE));
        let codes = own.iter().map(|own| own.code.to_string());
        let codes = codes.chain(["E01999999".to_owned()]);
        codes
            .map(|code| feature(&code, "Polygon", SQUARE))
            .collect()
    }

    #[test]
    fn boundaries_of_the_authority_are_kept_and_rings_are_not_closed_twice() {
        let mut features = all();
        let two = format!("[{SQUARE},{SQUARE}]");
        features[0] = features[0]
            .replace(SQUARE, &two)
            .replace("\"Polygon\"", "\"MultiPolygon\"");
        let found = read(&features).unwrap().0;
        assert_eq!(found.len(), features.len() - 1);
        let polygons: Vec<usize> = found.values().map(Vec::len).collect();
        assert_eq!((polygons[0], polygons[1]), (2, 1));
        assert!(
            found
                .values()
                .flatten()
                .flatten()
                .all(|ring| ring.len() == 4)
        );
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place_and_its_value() {
        let changed = |from: &str, to: &str| {
            let mut features = all();
            features[1] = features[1].replace(from, to);
            read(&features).unwrap_err().to_string()
        };
        for (from, to, words) in [
            ("-0.9,52]", "452000,293000]", "feature 2: E0100"),
            (
                "-0.9,52]",
                "452000,293000]",
                "452000, 293000 is not in England",
            ),
            ("-0.9,52]", "\"east\",52]", "is no position"),
            ("\"Polygon\"", "\"Point\"", "its geometry is Point"),
            ("LSOA21CD", "name", "no property holds the code; found name"),
            (
                "[-0.9,52],[-0.9,52.1],[-1,52.1],",
                "[-0.9,52],",
                "a ring has 2 positions",
            ),
        ] {
            let said = changed(from, to);
            assert!(said.contains(words) && said.contains("b.geojson"), "{said}");
        }
        let mut features = all();
        features.remove(1);
        let said = read(&features).unwrap_err().to_string();
        assert!(said.contains("have no boundary, the first E0100"), "{said}");
        let world = world();
        let own = world.of(area(HERE));
        for text in ["", "[]", r#"{"type":"Feature"}"#] {
            assert!(
                read_boundaries("b.geojson", text.as_bytes(), own).is_err(),
                "{text}"
            );
        }
    }
}
