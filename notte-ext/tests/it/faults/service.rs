//! A service that goes wrong in one way at a time, and counts what it did.

use std::{
    io::{Read as _, Write as _},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{Arc, Mutex, MutexGuard},
};

use notte_ext::notte_api::Effect;

const HEAD: &str = "x-request-id: r-1\r\ndate: Sun, 06 Nov 1994 08:49:37 GMT\r\n";
const IN_SEVEN: &str = "retry-after: 7\r\n";
const BUSY: &str = r#"{"detail":"busy"}"#;
const TOO_MANY: &str = r#"{"error":{"code":"E1","message":"too many"}}"#;
const OOPS: &str = r#"{"detail":"oops"}"#;
const GONE: &str = r#"{"detail":"no such thing"}"#;
const CLOSED: &str = r#"{"message":"closed already","status":409}"#;

/// How one request goes wrong.
#[derive(Clone, Debug)]
enum How {
    /// Does nothing, and says this: status, headers, body.
    Refuse(u16, &'static str, &'static str),
    /// Does it, and says this.
    Do(u16, &'static str, String),
    /// Does it, and keeps the connection.
    Keep(String),
    ResetBefore,
    ResetAfter,
    Cut(String),
    Stall,
}

/// What happens to the requests of a call, one after the other; the last goes on.
fn fault(name: &str, class: Effect) -> Vec<How> {
    use How::*;

    let well = well(class);
    match name {
        "401" => vec![Refuse(401, "", r#"{"detail":"who are you"}"#)],
        "403" => vec![Refuse(403, "", r#"{"error":"not yours"}"#)],
        "404" => vec![Refuse(404, "", GONE)],
        "409" => vec![Refuse(409, "", CLOSED)],
        "422 list" => vec![Refuse(
            422,
            "",
            r#"{"detail":[{"loc":["body","max_steps"],"msg":"too big","type":"le","input":"hunter2"},
                {"loc":["body","actions",2,"type"],"msg":"unknown","type":"enum"}]}"#,
        )],
        "429" => vec![Refuse(429, "", TOO_MANY)],
        "429, in 7 s" => vec![Refuse(429, IN_SEVEN, TOO_MANY)],
        "429, at a date" => vec![Refuse(429, "retry-after: Sun, 06 Nov 1994 08:49:44 GMT\r\n", TOO_MANY)],
        "429, reset at" => vec![Refuse(429, "x-ratelimit-reset: 784111784\r\n", TOO_MANY)],
        "429, in an hour" => vec![Refuse(429, "retry-after: 3600\r\n", TOO_MANY)],
        "408" => vec![Do(408, "", r#"{"detail":"too slow"}"#.into())],
        "500" => vec![Do(500, "", OOPS.into())],
        "502 HTML" => vec![Do(502, "content-type: text/html\r\n", "<html><title>502 Bad Gateway</title>".into())],
        "503, in 7 s" => vec![Refuse(503, IN_SEVEN, BUSY)],
        "503" => vec![Do(503, "", BUSY.into())],
        "504" => vec![Do(504, "", String::new())],
        "529" => vec![Refuse(529, "", r#"{"detail":"cluster overloaded"}"#)],
        "520 HTML" => vec![Do(520, "content-type: text/html\r\n", "<html><title>unknown error</title>".into())],
        "refused" => vec![],
        "reset before" => vec![ResetBefore],
        "reset after" => vec![ResetAfter],
        "reset after, kept connection" => vec![Keep(r#"{"status":"ok"}"#.into()), ResetAfter],
        "cut body" => vec![Cut(well)],
        "stall" => vec![Stall],
        "empty body" => vec![Do(200, "", String::new())],
        "malformed JSON" => vec![Do(200, "", well.replace(':', ""))],
        "missing field" => vec![Do(200, "", without(class))],
        "unknown enum" => vec![Do(200, "", well.replace("active", "dreaming").replace("reload", "teleport"))],
        "wrong type" => vec![Do(200, "", well.replace(r#""s-1""#, "[7]").replace(r#""ok""#, "[7]"))],
        "2xx with detail" => vec![Do(200, "", r#"{"detail":"not today"}"#.into())],
        "500, then 404" => vec![Do(500, "", OOPS.into()), Refuse(404, "", GONE)],
        "500, then 409" => vec![Do(500, "", OOPS.into()), Refuse(409, "", CLOSED)],
        "500, then well" => vec![Do(500, "", OOPS.into()), Do(200, "", well)],
        unknown => panic!("no fault is called {unknown}"),
    }
}

fn well(class: Effect) -> String {
    let at = "2025-01-02T03:04:05Z";
    match class {
        Effect::Page => format!(
            r#"{{"action":{{"type":"reload"}},"success":true,"message":"ok","started_at":"{at}","ended_at":"{at}"}}"#
        ),
        _ => format!(r#"{{"session_id":"s-1","status":"active","created_at":"{at}","last_accessed_at":"{at}"}}"#),
    }
}

fn without(class: Effect) -> String {
    well(class).replace(r#""session_id":"s-1","#, "").replace(r#""message":"ok","#, "")
}

/// Where a call stands.
#[derive(Default)]
pub(super) struct Cell {
    how: Vec<How>,
    /// How often it was done.
    pub(super) done: usize,
    /// A request is on its way, or its answer is.
    pub(super) busy: bool,
    stalled: Vec<TcpStream>,
}

#[derive(Clone)]
pub(super) struct Service {
    pub(super) url: String,
    cell: Arc<Mutex<Cell>>,
}

impl Service {
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let this = Self { url, cell: Arc::default() };
        let server = this.clone();
        std::thread::spawn(move || listener.incoming().for_each(|stream| server.serve(stream.unwrap())));
        this
    }

    pub(super) fn cell(&self) -> MutexGuard<'_, Cell> {
        self.cell.lock().unwrap()
    }

    pub(super) fn will(&self, name: &str, class: Effect) {
        *self.cell() = Cell { how: fault(name, class), ..Cell::default() };
    }

    /// One request, or more on a connection that is kept.
    fn serve(&self, mut stream: TcpStream) {
        loop {
            let how = {
                let how = &mut self.cell().how;
                if how.len() > 1 { how.remove(0) } else { how[0].clone() }
            };
            let request = peek(&stream, !matches!(how, How::ResetBefore));
            match how {
                // What was sent is left unread: closing the connection then resets it.
                How::ResetBefore => break,
                How::ResetAfter => {
                    self.cell().done += 1;
                    break;
                }
                How::Refuse(status, headers, body) => return self.answer(stream, request, status, headers, body, 0),
                How::Do(status, headers, body) => {
                    self.cell().done += 1;
                    return self.answer(stream, request, status, headers, &body, 0);
                }
                How::Cut(body) => {
                    self.cell().done += 1;
                    return self.answer(stream, request, 200, "", &body, 9);
                }
                How::Stall => {
                    let mut cell = self.cell();
                    cell.done += 1;
                    cell.busy = false;
                    return cell.stalled.push(stream);
                }
                How::Keep(body) => {
                    stream.read_exact(&mut vec![0; request]).unwrap();
                    let length = body.len();
                    write!(stream, "HTTP/1.1 200 X\r\ncontent-length: {length}\r\n\r\n{body}").unwrap();
                    self.cell().busy = false;
                }
            }
        }
        drop(stream);
        self.cell().busy = false;
    }

    /// Answers with a length that is `beyond` what comes, and waits until the client has closed the connection: by then
    /// it has read the answer.
    fn answer(&self, mut stream: TcpStream, request: usize, status: u16, headers: &str, body: &str, beyond: usize) {
        stream.read_exact(&mut vec![0; request]).unwrap();
        let length = body.len() + beyond;
        let head =
            format!("HTTP/1.1 {status} X\r\n{HEAD}{headers}connection: close\r\ncontent-length: {length}\r\n\r\n");
        stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        // It may close it by a reset.
        let _ = stream.read_to_end(&mut Vec::new());
        self.cell().busy = false;
    }
}

/// Waits for a request, or for its beginning, and leaves it where it is.
fn peek(stream: &TcpStream, whole: bool) -> usize {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let read = stream.peek(&mut buffer).unwrap();
        let text = String::from_utf8_lossy(&buffer[..read]).to_ascii_lowercase();
        let length = || text.split_once("content-length: ")?.1.split_once('\r')?.0.parse::<usize>().ok();
        match text.find("\r\n\r\n") {
            _ if !whole && read > 0 => return read,
            Some(end) if read >= end + 4 + length().unwrap_or(0) => return read,
            _ => std::thread::yield_now(),
        }
    }
}
