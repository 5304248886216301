//! `disparity serve`: a folder of pages in the browser of this machine.

use anyhow::Result;
use disparity_serve::{ServeError, Server};

use crate::args::ServeArgs;
use crate::hint::Hinted;
use crate::out::{print, tell};

/// Shows the folder until it is stopped.
pub(crate) fn serve(args: &ServeArgs) -> Result<()> {
    let server = Server::bind(&args.folder, args.port).map_err(with_hint)?;
    let mut said = Ok(());
    server
        .run(|address| {
            said = print(&format!("{address}\n"));
            tell("Anyone who uses this machine can read the folder there. Ctrl-C stops it.");
            if !args.no_open
                && let Err(error) = open::that_detached(address)
            {
                tell(format_args!(
                    "no browser could be opened ({error}): open the address in one"
                ));
            }
        })
        .map_err(with_hint)?;
    said
}

/// What to do where a folder is not shown.
fn with_hint(error: ServeError) -> anyhow::Error {
    let hint = match &error {
        ServeError::Folder { .. } => {
            "name a folder that is there, such as one that `disparity site --out DIR` wrote"
        }
        ServeError::NoPage { .. } => {
            "name the folder that `disparity site`, `disparity run` or `disparity needs` wrote, not one above it"
        }
        ServeError::Port { .. } => {
            "choose another with --port, or leave --port out: one that is free is found"
        }
        ServeError::System(_) => return error.into(),
    };
    Hinted::new(error.to_string(), hint).into()
}
