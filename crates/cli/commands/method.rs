//! `disparity method`: what a method computes, when to use it, and where it was published.

use anyhow::Result;
use disparity_core::did_you_mean;
use disparity_stats::{method as find, methods};

use crate::hint::Hinted;
use crate::out::{paragraph, print, table};

pub(crate) fn method(name: Option<&str>) -> Result<()> {
    let Some(name) = name else {
        let rows = methods().iter().map(|method| {
            vec![
                method.name.to_owned(),
                method.group.to_owned(),
                if method.used { "program" } else { "library" }.to_owned(),
                method.title.to_owned(),
            ]
        });
        return print(
            &(table(
                &["Method", "Group", "Used by", "What it computes"],
                &[],
                rows,
            ) + "\n"
                + &paragraph(
                    "`disparity method NAME` explains one. Those of the library are in no output of this version.",
                )),
        );
    };
    match find(name) {
        Some(method) => {
            let word = method.printed_as;
            let also = if word == method.name {
                String::new()
            } else {
                format!(" ({word} in outputs)")
            };
            print(&format!(
                "{}{also}\n\n{}",
                method.name,
                method.for_reading(1)
            ))
        }
        None => {
            let known = methods().iter().flat_map(|method| {
                let other = (method.printed_as != method.name).then_some(method.printed_as);
                [method.name].into_iter().chain(other)
            });
            let hint = did_you_mean(name, known)
                .unwrap_or_else(|| "`disparity method` lists them all".to_owned());
            Err(Hinted::new(format!("no method is called {name:?}"), hint).into())
        }
    }
}
