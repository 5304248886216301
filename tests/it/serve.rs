//! `disparity serve`: what it answers, and each thing that it refuses, over plain TCP.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::{Folder, disparity, root, say};

/// A server of a folder, ended with the test.
struct Serving {
    child: Child,
    port: u16,
    address: String,
}

impl Serving {
    fn of(folder: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_disparity"))
            .args(["serve", folder.to_str().unwrap(), "--no-open"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut address = String::new();
        BufReader::new(child.stdout.as_mut().unwrap())
            .read_line(&mut address)
            .unwrap();
        let address = address.trim_end().to_owned();
        let rest = address.strip_prefix("http://127.0.0.1:").unwrap();
        let port = rest.split('/').next().unwrap().parse().unwrap();
        Self {
            child,
            port,
            address,
        }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let long = Some(Duration::from_secs(30));
        stream.set_read_timeout(long).unwrap();
        stream
    }

    /// Everything that is answered to what is sent, until the connection ends.
    fn say(&self, sent: &str) -> String {
        let mut stream = self.connect();
        // Whoever refuses may close before everything was sent.
        drop(stream.write_all(sent.as_bytes()));
        let mut answer = Vec::new();
        drop(stream.read_to_end(&mut answer));
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// The answer to a request of one line with the usual head, and more of it.
    fn ask_with(&self, line: &str, more: &str) -> String {
        let port = self.port;
        self.say(&format!(
            "{line} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n{more}\r\n"
        ))
    }

    fn get(&self, path: &str) -> String {
        self.ask_with(&format!("GET {path}"), "")
    }

    fn refuses(&self, answer: &str, status: u16) {
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{status}: {answer}"
        );
        assert!(!answer.contains("SECRET"), "{answer}");
        // It goes on answering.
        assert!(self.get("/").starts_with("HTTP/1.1 200 OK"));
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A folder `pages` with some pages, beside a file that is nobody's business.
fn pages(name: &str) -> Folder {
    let folder = Folder::new(name);
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
    std::fs::create_dir_all(folder.join("pages/authority")).unwrap();
    write("secret.txt", "SECRET");
    write("pages/index.html", "<!doctype html><title>England</title>");
    write("pages/authority/index.html", "<title>All</title>");
    write("pages/authority/E06000001.html", "<title>One</title>");
    write("pages/style.css", "p{}");
    write("pages/.hidden", "SECRET");
    write("pages/a b.csv", "a,b\n");
    folder
}

#[test]
fn a_page_is_answered_with_what_a_browser_must_know() {
    let folder = pages("serve");
    let serving = Serving::of(&folder.join("pages"));
    assert_eq!(
        serving.address,
        format!("http://127.0.0.1:{}/", serving.port)
    );
    let answer = serving.get("/");
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.ends_with("<!doctype html><title>England</title>"));
    for header in [
        "content-type: text/html; charset=utf-8",
        "content-length: 37",
        "x-content-type-options: nosniff",
        "referrer-policy: no-referrer",
        "content-security-policy: default-src 'none'; script-src 'self';",
        "cross-origin-resource-policy: same-origin",
    ] {
        assert!(answer.contains(header), "{header}: {answer}");
    }
    assert!(serving.get("/style.css").contains("text/css"));
    assert!(serving.get("/a%20b.csv?x=1").ends_with("\r\n\r\na,b\n"));
    assert!(serving.get("/authority/").contains("<title>All"));
    let moved = serving.get("/authority");
    assert!(moved.starts_with("HTTP/1.1 308 "), "{moved}");
    assert!(moved.contains("location: /authority/\r\n"), "{moved}");
    let head = serving.ask_with("HEAD /", "");
    assert!(head.starts_with("HTTP/1.1 200 OK"), "{head}");
    assert!(head.contains("content-length: 37") && head.ends_with("\r\n\r\n"));
    for host in ["localhost", "[::1]", "LOCALHOST"] {
        let port = serving.port;
        let sent = format!("GET / HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n");
        assert!(serving.say(&sent).starts_with("HTTP/1.1 200"), "{host}");
    }
}

#[test]
fn another_hosts_name_is_refused() {
    let folder = pages("serve-host");
    let serving = Serving::of(&folder.join("pages"));
    let port = serving.port;
    let with = |head: &str| serving.say(&format!("GET / HTTP/1.1\r\n{head}\r\n"));
    for host in [
        "evil.example".to_owned(),
        format!("evil.example:{port}"),
        format!("localhost.evil.example:{port}"),
        format!("127.0.0.1:{}", port - 1),
        "127.0.0.1".to_owned(),
        format!("0.0.0.0:{port}"),
        String::new(),
    ] {
        serving.refuses(&with(&format!("Host: {host}\r\n")), 421);
    }
    serving.refuses(&with(""), 400);
    let twice = format!("Host: localhost:{port}\r\nHost: evil.example\r\n");
    serving.refuses(&with(&twice), 400);
    let proxied = format!("GET http://evil.example/ HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n");
    serving.refuses(&serving.say(&proxied), 421);
}

#[test]
fn nothing_outside_the_folder_is_given_out() {
    let folder = pages("serve-outside");
    let pages = folder.join("pages");
    #[cfg(unix)]
    {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        symlink(folder.join("secret.txt"), pages.join("link.txt")).unwrap();
        symlink("../secret.txt", pages.join("near.txt")).unwrap();
        symlink(folder.path(), pages.join("up")).unwrap();
        symlink("authority", pages.join("within")).unwrap();
        std::fs::write(pages.join("owner.csv"), "SECRET").unwrap();
        let owner = std::fs::Permissions::from_mode(0o600);
        std::fs::set_permissions(pages.join("owner.csv"), owner).unwrap();
        let pipe = Command::new("mkfifo").arg(pages.join("pipe.html")).status();
        assert!(pipe.unwrap().success());
    }
    let serving = Serving::of(&pages);
    for path in [
        "/../secret.txt",
        "/authority/../../secret.txt",
        "/%2e%2e/secret.txt",
        "/%2E%2E%2Fsecret.txt",
        "/authority/%2e%2e/%2e%2e/secret.txt",
        "/..%5csecret.txt",
        "/%252e%252e/secret.txt",
        "//secret.txt",
        "/.hidden",
        "/index.html%00.txt",
        // Links that lead out of the folder, a file for its owner only, and what is no file.
        "/link.txt",
        "/near.txt",
        "/up/secret.txt",
        "/owner.csv",
        "/pipe.html",
        "/nothing.html",
    ] {
        serving.refuses(&serving.get(path), 404);
    }
    #[cfg(unix)]
    assert!(serving.get("/within/").contains("<title>All"));
}

#[test]
fn what_only_reads_no_page_is_refused() {
    let folder = pages("serve-read");
    let serving = Serving::of(&folder.join("pages"));
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "TRACE", "BREW"] {
        let answer = serving.ask_with(&format!("{method} /index.html"), "");
        serving.refuses(&answer, 405);
        assert!(answer.contains("allow: GET, HEAD"), "{answer}");
    }
    for content in [
        "Content-Length: 5\r\n\r\nhello",
        "Content-Length: 99999999999\r\nExpect: 100-continue\r\n",
        "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n",
    ] {
        serving.refuses(&serving.ask_with("GET /", content), 413);
    }
    let kept = std::fs::read_to_string(folder.join("pages/index.html")).unwrap();
    assert!(kept.contains("England"));
}

#[test]
fn large_requests_are_refused() {
    let folder = pages("serve-large");
    let serving = Serving::of(&folder.join("pages"));
    let long = "a".repeat(5_000);
    serving.refuses(&serving.get(&format!("/{long}")), 414);
    serving.refuses(&serving.get(&format!("/?{long}")), 414);
    serving.refuses(&serving.get(&format!("/{}", long.repeat(20))), 431);
    serving.refuses(&serving.ask_with("GET /", &"X: y\r\n".repeat(100)), 431);
    let wide = format!("X: {}\r\n", long.repeat(20));
    serving.refuses(&serving.ask_with("GET /", &wide), 431);
    serving.refuses(&serving.say("\u{0}\u{1}\u{2}nonsense\r\n\r\n"), 400);
    // A comparison of many areas has a long address.
    let many = format!("/index.html?areas={}", "E06000001,".repeat(200));
    assert!(serving.get(&many).starts_with("HTTP/1.1 200"));
}

/// A head that comes byte by byte is cut off; as many as there are places do not keep others out for long.
#[test]
fn slow_requests_are_cut_off_and_keep_nobody_out() {
    let folder = pages("serve-slow");
    let serving = Serving::of(&folder.join("pages"));
    let began = Instant::now();
    let idle: Vec<TcpStream> = (0..100).map(|_| serving.connect()).collect();
    let mut slow = serving.connect();
    let slow = std::thread::spawn(move || {
        let mut sent = 0;
        for byte in b"GET / HTTP/1.1\r\nX: ".iter().chain(&[b'a'; 1000]) {
            if slow.write_all(&[*byte]).is_err() {
                break;
            }
            sent += 1;
            std::thread::sleep(Duration::from_millis(100));
        }
        sent
    });
    assert!(serving.get("/").starts_with("HTTP/1.1 200 OK"));
    let waited = began.elapsed();
    assert!(waited < Duration::from_secs(15), "{waited:?}");
    let sent = slow.join().unwrap();
    assert!(sent < 300, "{sent} bytes were waited for");
    for mut stream in idle {
        assert_eq!(stream.read(&mut [0]).unwrap(), 0, "held without a word");
    }
}

#[test]
fn a_page_takes_less_than_20_ms() {
    let folder = pages("serve-fast");
    std::fs::write(folder.join("pages/large.html"), "x".repeat(300_000)).unwrap();
    let serving = Serving::of(&folder.join("pages"));
    let mut times: Vec<Duration> = (0..50)
        .map(|_| {
            let began = Instant::now();
            let answer = serving.get("/large.html");
            assert!(answer.len() > 300_000);
            began.elapsed()
        })
        .collect();
    times.sort_unstable();
    say(&format!("serve: 300 kB in {:?} (median of 50)", times[25]));
    // The median, as other tests run beside it.
    assert!(times[25] < Duration::from_millis(20), "{times:?}");
}

#[cfg(unix)]
#[test]
fn it_stops_when_it_is_told_to() {
    let folder = pages("serve-stop");
    for signal in ["-INT", "-TERM"] {
        let mut serving = Serving::of(&folder.join("pages"));
        // One connection that says nothing does not hold it up for long.
        let _idle = serving.connect();
        assert!(serving.get("/").starts_with("HTTP/1.1 200"));
        let pid = serving.child.id().to_string();
        let told = Command::new("kill").args([signal, &pid]).status().unwrap();
        assert!(told.success());
        let began = Instant::now();
        let status = serving.child.wait().unwrap();
        assert_eq!(status.code(), Some(0), "{signal}");
        assert!(began.elapsed() < Duration::from_secs(5));
        assert!(TcpStream::connect(("127.0.0.1", serving.port)).is_err());
        let mut said = String::new();
        let stderr = serving.child.stderr.as_mut().unwrap();
        stderr.read_to_string(&mut said).unwrap();
        assert!(said.contains("Ctrl-C stops it"), "{said}");
    }
}

/// What is wrong with what was typed is said with what to do, before anything is answered.
#[test]
fn a_folder_or_a_port_that_cannot_be_is_said() {
    let folder = pages("serve-wrong");
    let serve = |arguments: &[&str]| {
        let said = disparity(&[&["serve", "--no-open"], arguments].concat());
        assert_eq!((said.code, said.stdout.as_str()), (2, ""), "{arguments:?}");
        said.stderr
    };
    let nowhere = folder.join("nowhere");
    let said = serve(&[nowhere.to_str().unwrap()]);
    assert!(
        said.contains("cannot show") && said.contains("hint: name a folder"),
        "{said}"
    );
    let file = folder.join("secret.txt");
    let said = serve(&[file.to_str().unwrap()]);
    assert!(said.contains("cannot show"), "{said}");
    let said = serve(&[root().join("data").to_str().unwrap()]);
    assert!(said.contains("no page to begin with"), "{said}");
    let pages = folder.join("pages");
    let serving = Serving::of(&pages);
    let port = serving.port.to_string();
    let said = serve(&[pages.to_str().unwrap(), "--port", &port]);
    assert!(
        said.contains(&format!("port {port}")) && said.contains("hint: choose another with --port"),
        "{said}"
    );
    assert!(serve(&[pages.to_str().unwrap(), "--port", "0"]).contains("--port"));
}

/// A folder with one page, which is not its index, begins there.
#[test]
fn the_only_page_of_a_folder_is_its_first() {
    let folder = pages("serve-only");
    std::fs::create_dir_all(folder.join("needs")).unwrap();
    std::fs::write(folder.join("needs/needs.html"), "<title>Needs</title>").unwrap();
    let serving = Serving::of(&folder.join("needs"));
    assert!(serving.address.ends_with("/needs.html"));
    assert!(serving.get("/needs.html").contains("<title>Needs"));
    assert!(serving.get("/").starts_with("HTTP/1.1 404"));
}
