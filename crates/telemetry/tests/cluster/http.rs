//! As much of HTTP/1.1 as a cluster needs: requests with a length, replies that can break off.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::Value;

pub(super) struct Request {
    pub(super) path: String,
    pub(super) authorization: Option<String>,
    pub(super) body: String,
}

pub(super) struct Reply {
    pub(super) status: String,
    pub(super) headers: String,
    pub(super) body: String,
    pub(super) end: End,
}

/// How a reply ends.
#[derive(PartialEq)]
pub(super) enum End {
    Whole,
    /// The connection closes after so many bytes of the body.
    CutAfter(usize),
    /// Nothing more comes after so many bytes of the body.
    StallAfter(usize),
    /// Not even the head is written.
    HangUp,
}

impl Reply {
    pub(super) fn json(status: &str, body: &Value) -> Reply {
        let headers = "Content-Type: application/json; charset=UTF-8\r\n".to_owned();
        Reply { status: status.to_owned(), headers, body: body.to_string(), end: End::Whole }
    }
}

/// The next request of a connection, if another comes.
pub(super) fn read_request(stream: &mut TcpStream) -> Option<Request> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).ok()?;
    let header = |name: &str| {
        let named =
            head.lines().find_map(|line| line.split_once(':').filter(|(key, _)| key.eq_ignore_ascii_case(name)));
        named.map(|(_, value)| value.trim().to_owned())
    };
    let length = header("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    let path = head.split(' ').nth(1)?.to_owned();
    Some(Request { path, authorization: header("authorization"), body: String::from_utf8(body).ok()? })
}

/// Whether the connection may go on.
pub(super) fn write_reply(stream: &mut TcpStream, reply: Reply) -> bool {
    if reply.end == End::HangUp {
        return false;
    }
    let Reply { status, headers, body, end } = reply;
    let head = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n", body.len());
    let sent = match end {
        End::CutAfter(count) | End::StallAfter(count) => &body.as_bytes()[..count.min(body.len())],
        _ => body.as_bytes(),
    };
    let written = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(sent));
    match end {
        End::StallAfter(_) => stream.read(&mut [0]).is_err(),
        end => end == End::Whole && written.is_ok(),
    }
}
