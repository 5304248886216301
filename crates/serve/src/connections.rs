//! How many may speak at once, and for how long.

use std::future::{Future, ready};
use std::io;
use std::net::TcpListener;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, watch};
use tokio::time::{sleep, timeout};

use crate::answer::{Answered, Desk};

/// Connections at once. A browser opens six; more wait for their turn.
const MOST: usize = 64;

/// From a connection, or the end of an answer, to the end of the next head: whoever sends one byte at a time is cut off.
const HEAD_WITHIN: Duration = Duration::from_secs(5);

/// The head of a request, in bytes and in lines.
const LARGEST_HEAD: usize = 16 * 1024;
const MOST_HEADERS: usize = 64;

/// A connection is asked to end after so long, and broken off after so much more: whoever reads one byte at a time
/// holds it no longer.
const LONGEST: Duration = Duration::from_mins(1);
const FAREWELL: Duration = Duration::from_secs(20);

/// Once told to stop, answers that have begun have so long to end.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// Answers whoever connects until the user says stop.
pub(crate) async fn answer_all(
    listener: TcpListener,
    desk: Arc<Desk>,
    ready: impl FnOnce(),
) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let mut stopped = pin!(stopped()?);
    let places = Arc::new(Semaphore::new(MOST));
    let (stop, stopping) = watch::channel(());
    ready();
    loop {
        let next = async {
            let place = places.clone().acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            biased;
            () = &mut stopped => break,
            next = next => next,
        };
        let (Ok((stream, _)), Ok(place)) = (accepted, place) else {
            // Too many files are open, or whoever came has gone: neither is a reason to stop.
            sleep(Duration::from_millis(50)).await;
            continue;
        };
        let (desk, places, stopping) = (desk.clone(), places.clone(), stopping.clone());
        tokio::spawn(async move {
            converse(stream, &desk, &places, stopping).await;
            drop(place);
        });
    }
    drop(listener);
    drop(stop);
    drop(stopping);
    let all = u32::try_from(MOST).unwrap_or(u32::MAX);
    // Whoever is not done by then is broken off with the runtime.
    drop(timeout(LAST_WORDS, places.acquire_many(all)).await);
    Ok(())
}

/// Answers one connection until it ends, its time is over, or the server stops.
async fn converse(
    stream: TcpStream,
    desk: &Desk,
    places: &Semaphore,
    mut stopping: watch::Receiver<()>,
) {
    let service = service_fn(|request: Request<Incoming>| {
        let answered: Answered = Ok(desk.answer(&request, places.available_permits() == 0));
        ready(answered)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_WITHIN)
        .max_buf_size(LARGEST_HEAD)
        .max_headers(MOST_HEADERS)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    // How a connection ended (cut off, refused, closed) is between the two who spoke.
    tokio::select! {
        _ended = connection.as_mut() => return,
        () = sleep(LONGEST) => {}
        _closed = stopping.changed() => {}
    }
    connection.as_mut().graceful_shutdown();
    drop(timeout(FAREWELL, connection).await);
}

/// Ctrl-C, or an end that the system asks for. Listened for from the moment that this returns.
#[cfg(unix)]
fn stopped() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Ctrl-C. Listened for from the moment that this returns.
#[cfg(windows)]
fn stopped() -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        interrupt.recv().await;
    })
}
