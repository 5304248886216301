//! Files of every format, damaged: reading comes to an end, and everything read is accounted for.

use disparity_returns::Input;

use crate::returns::{of_la, read};
use crate::returns_shapes::shapes;

/// Numbers that look random and are the same on every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % sides.max(1)
    }
}

/// One small damage to some bytes, such as transport, editors and bad luck do.
fn damaged(bytes: &[u8], other: &[u8], dice: &mut Dice) -> Vec<u8> {
    const TOKENS: [&[u8]; 14] = [
        b"\"",
        b",",
        b"\n",
        b"\r",
        b"<",
        b"</",
        b"&",
        b"]]>",
        b"{",
        b"\x00",
        b"\xff\xfe",
        b"99/99/9999",
        b"1e308",
        b"\xf0\x9f\x98\x80",
    ];
    let mut bytes = bytes.to_vec();
    for _ in 0..=dice.roll(4) {
        let at = dice.roll(bytes.len());
        let end = (at + dice.roll(40)).min(bytes.len());
        match dice.roll(6) {
            0 if at < bytes.len() => bytes[at] ^= 1 << dice.roll(8),
            1 => drop(bytes.drain(at..end)),
            2 => {
                let part = bytes[at..end].to_vec();
                bytes.splice(end..end, part);
            }
            3 => drop(bytes.splice(at..at, TOKENS[dice.roll(TOKENS.len())].iter().copied())),
            4 => bytes.truncate(at),
            _ => {
                let from = dice.roll(other.len());
                let to = (from + dice.roll(60)).min(other.len());
                bytes.splice(at..end, other[from..to].iter().copied());
            }
        }
    }
    bytes
}

/// Files of every format, small enough to be damaged many times.
fn seeds() -> Vec<(&'static str, Vec<u8>)> {
    let details = "<CINdetails><CINreferralDate>2023-06-01</CINreferralDate><ReferralSource>1A</ReferralSource><ReferralNFA>0</ReferralNFA>\
        <Section47><S47ActualStartDate>2023-06-02</S47ActualStartDate><DateOfInitialCPC>2023-06-12</DateOfInitialCPC></Section47>\
        <ChildProtectionPlans><CPPstartDate>2023-06-12</CPPstartDate><Reviews><CPPreviewDate>2023-09-01</CPPreviewDate></Reviews></ChildProtectionPlans></CINdetails>";
    let census = crate::returns::census(&crate::returns::child("A1", "2010-01-01", details));
    let care = "<EXPSSDA903><CHILD><HEADER><CHILDID>1</CHILDID><DOB>01/02/2010</DOB></HEADER><EPISODE><DECOM>01/05/2023</DECOM>\
        <RNE>S</RNE><LS>C2</LS><DEC/></EPISODE></CHILD></EXPSSDA903>";
    let json = "[{\"la_child_id\": \"A1\", \"social_care_episodes\": [{\"referral_date\": \"2022-06-14\", \"child_looked_after_placements\": \
        [{\"start_date\": \"2022-09-14\", \"start_reason\": \"S\"}]}]}, {\"la_child_id\": \"B2\", \"purge\": true}]";
    let book = crate::returns_codes::workbook(&[(
        "L1",
        &[
            &["Child Unique ID", "Age", "Date of Contact"],
            &["A1", "=1+2", "01/05/2023"],
        ],
    )]);
    let mut seeds = vec![
        ("census.xml", census.into_bytes()),
        ("care.xml", care.as_bytes().to_vec()),
        ("api.json", json.as_bytes().to_vec()),
        ("annex.xlsx", book),
    ];
    for (_, files, _) in shapes() {
        seeds.extend(files);
    }
    seeds
}

/// For longer: `FUZZ_CASES=1000000 cargo test --test it damaged_files`.
#[test]
fn damaged_files_are_read_to_an_end_and_everything_is_accounted_for() {
    let cases = std::env::var("FUZZ_CASES").map_or(600, |text| text.parse().unwrap());
    let first = std::env::var("FUZZ_SEED").map_or(1, |text| text.parse().unwrap());
    let seeds = seeds();
    for case in 0..cases {
        let mut dice = Dice(first + case);
        let (name, bytes) = &seeds[dice.roll(seeds.len())];
        let other = &seeds[dice.roll(seeds.len())].1;
        let bytes = damaged(bytes, other, &mut dice);
        let result = std::panic::catch_unwind(|| {
            let inputs = vec![Input::from_bytes(*name, bytes.clone())];
            let outcome = read(inputs, &of_la("301"));
            let rows: u64 = outcome.sources.iter().map(|source| source.rows_read).sum();
            let kept: u64 = outcome.sources.iter().map(|source| source.rows_kept).sum();
            kept == rows || !outcome.diagnostics.is_empty()
        });
        assert_eq!(result.ok(), Some(true), "case {case} of {name}: {bytes:?}");
    }
}
