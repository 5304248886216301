//! A folder of pages to a browser on this machine, and to nobody else.
//!
//! 1. [`Server::bind`] looks at the folder and takes a port of 127.0.0.1; nothing is reached from another machine.
//! 2. [`Server::run`] answers until it is told to stop: [`connections`] bounds how many speak at once and for how long,
//!    [`guard`] refuses what no page of ours asks for, [`target`] makes a file of an address, [`folder`] opens it.
//!
//! Only plain files below the folder are read, and nothing is written. Whoever uses the same machine can ask too,
//! so a file that is for its owner only is not given out beside pages that are for everybody.

mod answer;
mod connections;
mod folder;
mod guard;
mod target;

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use answer::Desk;
use folder::Folder;

/// Why a folder is not shown.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// There is no such folder, or it is a file.
    #[error("cannot show `{}`: {source}", path.display())]
    Folder {
        /// As it was given.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// No page to begin with.
    #[error("`{}` has no page to begin with: neither an index.html nor one page alone", path.display())]
    NoPage {
        /// As it was given.
        path: PathBuf,
    },
    /// Another program has the port, or the user may not have it.
    #[error("cannot listen on port {port} of this machine: {source}")]
    Port {
        /// As it was given; 0 where the system was to choose.
        port: u16,
        /// What the system says.
        source: io::Error,
    },
    /// The system does not give what a server needs.
    #[error("cannot answer requests: {0}")]
    System(#[source] io::Error),
}

/// A folder and the port on which it will be shown.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    address: SocketAddr,
    folder: Folder,
}

impl Server {
    /// Looks at a folder and takes a port of 127.0.0.1: the one given, or one that is free.
    ///
    /// # Errors
    ///
    /// If the folder cannot be read or has no page, and if the port cannot be had.
    pub fn bind(folder: &Path, port: Option<u16>) -> Result<Self, ServeError> {
        let folder = Folder::of(folder)?;
        let port = port.unwrap_or(0);
        let refuse = |source| ServeError::Port { port, source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(refuse)?;
        listener.set_nonblocking(true).map_err(refuse)?;
        let address = listener.local_addr().map_err(refuse)?;
        Ok(Self {
            listener,
            address,
            folder,
        })
    }

    /// Answers until the user stops it (Ctrl-C, or an end that the system asks for), then lets answers that have begun
    /// come to their end for a moment. `ready` gets the address of the first page as soon as it is answered there.
    ///
    /// # Errors
    ///
    /// If the system does not give what a server needs.
    pub fn run(self, ready: impl FnOnce(&str)) -> Result<(), ServeError> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(ServeError::System)?;
        let first = format!("http://{}/{}", self.address, self.folder.first_page());
        let desk = Arc::new(Desk::new(self.address.port(), self.folder));
        runtime
            .block_on(connections::answer_all(self.listener, desk, || {
                ready(&first);
            }))
            .map_err(ServeError::System)
    }
}
