//! A Kusto cluster for tests, over real HTTP on loopback: it evaluates the queries that the loader sends over given
//! rows, parameters and all, and answers in each way that a cluster may, once per [`Act`], then plainly.

mod answer;
mod evaluate;
mod http;

use std::collections::VecDeque;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use flowtime_telemetry::gold::GoldRow;
use serde_json::{Value, json};

use http::{Reply, Request};

/// How a request is answered.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    /// One table.
    Plain,
    /// One table, the members of each frame in alphabetical order.
    Alphabetic,
    /// Fragments of a table, with progress between them.
    Progressive,
    /// Fragments, of which the last replaces all before it.
    Replacing,
    /// A table's end that counts more rows than came.
    Miscounted,
    /// HTTP 200, rows, and an error in the last frame.
    LateError { code: &'static str, message: &'static str, permanent: bool },
    /// HTTP 200 and an error among the rows.
    RowError(&'static str),
    /// HTTP 200 and an error in the table that tells how the query ended.
    StatusError(&'static str),
    /// Frames without the last one.
    Unfinished,
    /// The head, half of the body, and a closed connection.
    Cut,
    /// A closed connection instead of an answer.
    HangUp,
    /// The head and a bit of the body, then nothing more, until the client leaves.
    Stall,
    /// Any answer.
    Raw { status: &'static str, headers: &'static str, body: String },
    /// A table with this value in the first row's column.
    Value(&'static str, Value),
}

/// What a request asked for.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) db: String,
    pub(crate) csl: String,
    pub(crate) properties: Value,
    pub(crate) authorization: Option<String>,
}

/// A cluster that serves until the process ends.
pub(crate) struct Cluster {
    address: SocketAddr,
    state: Arc<State>,
}

struct State {
    rows: Vec<GoldRow>,
    limit: usize,
    token: Option<&'static str>,
    acts: Mutex<VecDeque<Act>>,
    asked: Mutex<Vec<Asked>>,
}

impl Cluster {
    pub(crate) fn start(rows: Vec<GoldRow>, acts: Vec<Act>) -> Self {
        Self::start_with(rows, acts, 500_000, None)
    }

    /// One with a limit of rows, that lets in who has `token`.
    pub(crate) fn start_with(rows: Vec<GoldRow>, acts: Vec<Act>, limit: usize, token: Option<&'static str>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (acts, asked) = (Mutex::new(acts.into()), Mutex::default());
        let state = Arc::new(State { rows, limit, token, acts, asked });
        let shared = Arc::clone(&state);
        std::thread::spawn(move || serve(&listener, &shared));
        Cluster { address, state }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn spec(&self) -> String {
        format!("kusto:{}/Telemetry", self.url())
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.state.asked.lock().unwrap().clone()
    }
}

fn serve(listener: &TcpListener, state: &Arc<State>) {
    for stream in listener.incoming().flatten() {
        let state = Arc::clone(state);
        std::thread::spawn(move || serve_connection(stream, &state));
    }
}

fn serve_connection(mut stream: TcpStream, state: &State) {
    while let Some(request) = http::read_request(&mut stream) {
        let reply = state.reply(&request);
        if !http::write_reply(&mut stream, reply) {
            return;
        }
    }
}

impl State {
    fn reply(&self, request: &Request) -> Reply {
        if request.path != "/v2/rest/query" {
            return Reply::json("404 Not Found", &json!({}));
        }
        if self.token.is_some_and(|token| request.authorization.as_deref() != Some(&format!("Bearer {token}"))) {
            let said = format!("the token {} is not good", request.authorization.as_deref().unwrap_or("none"));
            return Reply::json("401 Unauthorized", &answer::error("Unauthorized", &said, true));
        }
        let asked = read_body(request);
        self.asked.lock().unwrap().push(asked.clone());
        let act = self.acts.lock().unwrap().pop_front().unwrap_or(Act::Plain);
        match evaluate::evaluate(&asked, &self.rows) {
            Ok(table) => answer::reply(&act, table, self.limit),
            Err(reason) => Reply::json("400 Bad Request", &answer::error("General_BadRequest", &reason, true)),
        }
    }
}

/// The body; `properties` may be an object or JSON as text.
fn read_body(request: &Request) -> Asked {
    let body: Value = serde_json::from_str(&request.body).unwrap();
    let text = |key: &str| body[key].as_str().unwrap_or_default().to_owned();
    let properties = match &body["properties"] {
        Value::String(text) => serde_json::from_str(text).unwrap(),
        other => other.clone(),
    };
    Asked { db: text("db"), csl: text("csl"), properties, authorization: request.authorization.clone() }
}
