//! Postcodes: a list that somebody gives says in which neighbourhood each is.
//!
//! The program holds no postcodes: a list of all is 100 MB and changes every quarter. The lists of the Office for
//! National Statistics and of Ordnance Survey have a row for each postcode and a column with the code of its
//! neighbourhood.

use std::collections::HashMap;
use std::path::Path;

use disparity_core::AreaCode;

use crate::describe::PostcodeList;
use crate::error::{TableError, TableErrors, Wrong};
use crate::meaning::Fault;
use crate::source::Source;

/// Letters and digits of a postcode, one to a byte; the longest has seven.
type Key = [u8; 7];

/// Where postcodes are.
#[derive(Debug, Default)]
pub(crate) struct Postcodes {
    places: HashMap<Key, AreaCode>,
    /// The list as the user knows it.
    file: String,
}

impl Postcodes {
    /// Reads a list; where it is said from which description, relative to its folder.
    ///
    /// # Errors
    /// A file that cannot be read, columns that are not there, what is no postcode or no code, and a postcode in two
    /// places. Rows without a code are passed over: postcodes of other nations, and those that never had a place.
    pub(crate) fn read(list: &PostcodeList, description: &str) -> Result<Self, TableErrors> {
        let folder = Path::new(description).parent().unwrap_or(Path::new(""));
        let source = Source::open(&folder.join(&list.file), None)?;
        let columns = source.places(&[&list.postcode, &list.place])?;
        let mut own = Self {
            places: HashMap::new(),
            file: source.name.clone(),
        };
        let mut wrong = Wrong::default();
        for part in 0..source.parts() {
            let read = source.read(part, &columns, &mut |batch| {
                for row in 0..batch.rows {
                    let text = |at: usize| batch.columns[at].text(row);
                    let Some(place) = text(1) else { continue };
                    let postcode = text(0).unwrap_or_default();
                    let added = own.add(&postcode, &place);
                    if let Err((column, fault)) = added {
                        let column = [&list.postcode, &list.place][column];
                        let at = batch.at.of(row);
                        let error =
                            TableError::at(&source.name, at, column, fault.what, fault.hint);
                        wrong.add(error);
                    }
                }
                Ok(())
            });
            read.map_err(|error| source.located(error.into()))?;
        }
        match wrong.into_errors() {
            Some(errors) => Err(source.located(errors)),
            None => Ok(own),
        }
    }

    /// Adds a row; of an error, in which of the two columns it is.
    fn add(&mut self, postcode: &str, place: &str) -> Result<(), (usize, Fault)> {
        let key = key(postcode).ok_or_else(|| (0, no_postcode(postcode)))?;
        let code = place.to_uppercase().parse::<AreaCode>().map_err(|_| {
            let what = format!("{place:?} is no code of a neighbourhood or an area");
            let hint =
                "name the column with codes such as E01012345; leave empty what has no place";
            (1, Fault::new(what, hint))
        })?;
        match self.places.insert(key, code) {
            Some(other) if other != code => {
                let what = format!("{postcode} is in {other} and in {code}");
                let hint = "leave one of the two rows out";
                Err((0, Fault::new(what, hint)))
            }
            _ => Ok(()),
        }
    }

    /// The code of the place that a postcode is in.
    pub(crate) fn place(&self, text: &str) -> Result<AreaCode, Fault> {
        let key = key(text).ok_or_else(|| no_postcode(text))?;
        self.places.get(&key).copied().ok_or_else(|| {
            let hint = format!(
                "add a row for it to {}, with a neighbourhood or, where only that is known, an authority",
                self.file
            );
            Fault::new(format!("{text} is not in the list of postcodes"), hint)
        })
    }
}

fn no_postcode(text: &str) -> Fault {
    let hint = "expected a whole postcode, such as SW1A 1AA";
    Fault::new(format!("{text:?} is no postcode"), hint)
}

/// A postcode without spaces, in capitals; none of what has not the form of one: an area of one or two letters, a
/// district that begins with a digit, and last a digit and two letters (British Standard 7666).
pub(crate) fn key(text: &str) -> Option<Key> {
    let mut key = Key::default();
    let mut len = 0;
    for byte in text.bytes().filter(|byte| *byte != b' ') {
        *key.get_mut(len)? = byte.to_ascii_uppercase();
        len += 1;
    }
    let (outward, inward) = key[..len].split_at_checked(len.checked_sub(3)?)?;
    let letters = outward.iter().take_while(|byte| byte.is_ascii_uppercase());
    let (area, district) = outward.split_at(letters.count());
    let is_outward = matches!(area.len(), 1 | 2)
        && matches!(district.len(), 1 | 2)
        && district[0].is_ascii_digit()
        && district.iter().all(u8::is_ascii_alphanumeric);
    let is_inward = inward[0].is_ascii_digit() && inward[1..].iter().all(u8::is_ascii_uppercase);
    (is_outward && is_inward).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_and_capitals_make_no_difference_to_a_postcode() {
        let same = ["SW1A 1AA", "sw1a1aa", "SW1A  1AA", " SW1A1AA "];
        assert!(same.iter().all(|text| key(text) == key(same[0])));
        assert!(key(same[0]).is_some());
        assert!(key("M1 1AE").is_some() && key("CR2 6XH").is_some() && key("EC1A 1BB").is_some());
    }

    #[test]
    fn what_has_not_the_form_of_a_postcode_is_none() {
        for text in [
            "",
            "SW1A",
            "1AA",
            "E01012345",
            "SW1A 1A1",
            "S WXYZ 1AA",
            "ÄÖ1 1AA",
            "LS1",
        ] {
            assert_eq!(key(text), None, "{text}");
        }
    }

    #[test]
    fn one_that_is_not_in_the_list_is_an_error_with_a_remedy() {
        let mut list = Postcodes::default();
        list.add("LS1 1AA", "E01011365").unwrap();
        assert_eq!(list.place("ls11aa").unwrap().to_string(), "E01011365");
        let fault = list.place("LS1 1AB").unwrap_err();
        assert!(fault.hint.contains("an authority"), "{}", fault.hint);
        let (column, fault) = list.add("LS11AA", "E01011366").unwrap_err();
        assert_eq!(column, 0);
        assert_eq!(fault.what, "LS11AA is in E01011365 and in E01011366");
    }
}
