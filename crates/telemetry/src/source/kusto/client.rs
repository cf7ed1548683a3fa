//! One request and its answer over HTTP. A request has one deadline from the connection to the answer's last byte, and
//! ends within a tick once the caller cancels. Redirects are not followed, so that a token goes to its cluster alone.

use std::future::Future;
use std::io::{self, BufReader, Read};
use std::pin::pin;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue, RETRY_AFTER};
use reqwest::{RequestBuilder, Response, StatusCode, Url};
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};

use super::KustoSettings;
use super::address::Address;
use super::auth::{Credential, Token};
use super::error::KustoError;
use super::frames::{self, Record};
use super::query::Request;

/// How long a cancelled caller waits at most.
const TICK: Duration = Duration::from_millis(100);
/// How much of an answer that is no result is read for its message.
const MOST_MESSAGE: u64 = 64 << 10;

/// A connection to a cluster.
pub(super) struct Client {
    http: reqwest::Client,
    runtime: Runtime,
    endpoint: Url,
    host: String,
    credential: Box<dyn Credential>,
    limit: Duration,
    cancelled: Box<dyn Fn() -> bool>,
}

impl Client {
    pub(super) fn new(
        address: &Address,
        credential: Box<dyn Credential>,
        settings: &KustoSettings,
    ) -> Result<Self, KustoError> {
        let host = address.cluster.host_str().unwrap_or_default();
        let host = address.cluster.port_or_known_default().map_or(host.to_owned(), |port| format!("{host}:{port}"));
        let mut endpoint = address.cluster.clone();
        endpoint.set_path("/v2/rest/query");
        let http = build_http(address, settings).map_err(|error| no_connection(&host, error))?;
        let runtime =
            Builder::new_current_thread().enable_all().build().map_err(|error| no_connection(&host, error))?;
        let limit = settings.query_timeout;
        Ok(Client { http, runtime, endpoint, host, credential, limit, cancelled: Box::new(|| false) })
    }

    pub(super) fn cancel_when(&mut self, cancelled: Box<dyn Fn() -> bool>) {
        self.cancelled = cancelled;
    }

    /// The rows that the cluster answers, all of them.
    pub(super) fn ask<T: Record>(&self, request: &Request) -> Result<Vec<T>, KustoError> {
        let token = self.credential.token()?;
        let deadline = Instant::now() + self.limit;
        let sent = self.drive(deadline, self.prepare(request, token.as_ref()).send())?;
        let response = sent.map_err(|error| no_connection(&self.host, error.without_url()))?;
        let (status, headers) = (response.status(), response.headers().clone());
        let mut body = Body { client: self, response, deadline, chunk: Vec::new(), at: 0, fault: None };
        if status != StatusCode::OK || !is_json(&headers) {
            return Err(body.refuse(status, &headers, token.as_ref()));
        }
        let rows = frames::read(BufReader::with_capacity(1 << 16, &mut body));
        rows.map_err(|fault| body.fault.take().unwrap_or(fault))
    }

    /// Does nothing for `pause`, unless cancelled.
    pub(super) fn wait(&self, pause: Duration) -> Result<(), KustoError> {
        let deadline = Instant::now() + pause + TICK;
        self.drive(deadline, async { tokio::time::sleep(pause).await })
    }

    fn prepare(&self, request: &Request, token: Option<&Token>) -> RequestBuilder {
        let body = body_of(request, self.limit).to_string();
        let post = self.http.post(self.endpoint.clone()).header(CONTENT_TYPE, "application/json; charset=utf-8");
        let post = post.header("x-ms-app", "FlowTime").header("x-ms-client-request-id", request_id()).body(body);
        let value = token.and_then(|token| HeaderValue::from_str(&format!("Bearer {}", token.secret())).ok());
        value.into_iter().fold(post, |post, mut value| {
            value.set_sensitive(true);
            post.header(AUTHORIZATION, value)
        })
    }

    /// What `future` gives, looking at the clock and at the caller meanwhile.
    fn drive<F: Future>(&self, deadline: Instant, future: F) -> Result<F::Output, KustoError> {
        let mut future = pin!(future);
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match () {
                () if (self.cancelled)() => return Err(KustoError::Interrupted),
                () if left.is_zero() => return Err(KustoError::Timeout { limit: self.limit }),
                () => (),
            }
            let step = async { tokio::time::timeout(left.min(TICK), future.as_mut()).await };
            if let Ok(output) = self.runtime.block_on(step) {
                return Ok(output);
            }
        }
    }
}

/// Gives TLS its cryptography. Whoever came first has chosen a provider as good as ours.
pub(super) fn install_tls_provider() {
    let _ = rustls::crypto::ring::default_provider().install_default();
}

fn build_http(address: &Address, settings: &KustoSettings) -> reqwest::Result<reqwest::Client> {
    install_tls_provider();
    let builder = reqwest::Client::builder()
        .user_agent(concat!("flowtime/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(settings.connect_timeout)
        .redirect(reqwest::redirect::Policy::none());
    match address.is_loopback() {
        true if address.cluster.scheme() == "http" => builder.no_proxy().tls_certs_only([]).build(),
        true => builder.no_proxy().build(),
        false => builder.build(),
    }
}

/// The request as Kusto takes it: `properties` is JSON as text.
fn body_of(request: &Request, limit: Duration) -> Value {
    let seconds = limit.as_secs().max(1);
    let server_timeout = format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
    let options = json!({ "servertimeout": server_timeout, "request_readonly": true });
    let properties = json!({ "Options": options, "Parameters": request.parameters });
    json!({ "db": request.database, "csl": request.csl, "properties": properties.to_string() })
}

/// A name for the request, by which the cluster's own records find it.
fn request_id() -> String {
    format!("FlowTime;{:016x}", getrandom::u64().unwrap_or_default())
}

fn is_json(headers: &HeaderMap) -> bool {
    content_type(headers).trim_start().starts_with("application/json")
}

fn content_type(headers: &HeaderMap) -> &str {
    headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("no content type")
}

/// The seconds, or the time, that the answer names.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
    until.duration_since(Timestamp::now()).try_into().ok()
}

fn no_connection(host: &str, error: impl std::error::Error + Send + Sync + 'static) -> KustoError {
    let mut innermost: &dyn std::error::Error = &error;
    while let Some(cause) = innermost.source() {
        innermost = cause;
    }
    KustoError::Connection { host: host.to_owned(), reason: innermost.to_string(), source: Some(Box::new(error)) }
}

/// The bytes of an answer as they come. What ends them early is kept in `fault`, because readers know I/O errors only.
struct Body<'c> {
    client: &'c Client,
    response: Response,
    deadline: Instant,
    chunk: Vec<u8>,
    at: usize,
    fault: Option<KustoError>,
}

impl Body<'_> {
    /// The fault that an answer is which holds no result.
    fn refuse(&mut self, status: StatusCode, headers: &HeaderMap, token: Option<&Token>) -> KustoError {
        let mut bytes = Vec::new();
        let read = self.take(MOST_MESSAGE).read_to_end(&mut bytes);
        if let (Err(_), Some(fault)) = (read, self.fault.take()) {
            return fault;
        }
        let text = String::from_utf8_lossy(&bytes);
        let text = token.map_or(text.to_string(), |token| text.replace(token.secret(), "…"));
        if status == StatusCode::OK {
            return KustoError::Content { kind: content_type(headers).to_owned(), begins: shorten(&text, 60) };
        }
        let message = serde_json::from_str::<Value>(&text).ok().and_then(|body| frames::message_of(&body));
        let message = message.unwrap_or_else(|| status.canonical_reason().unwrap_or("no reason given").to_owned());
        let retry_after = retry_after(headers);
        KustoError::Status { status: status.as_u16(), message: shorten(&message, 600), retry_after }
    }

    fn next_chunk(&mut self) -> Result<(), KustoError> {
        let chunk = self.client.drive(self.deadline, self.response.chunk())?;
        // The frames know how many rows there were.
        let chunk = chunk.map_err(|_| KustoError::Cut { rows: 0 })?;
        self.chunk = chunk.map(|bytes| bytes.to_vec()).unwrap_or_default();
        self.at = 0;
        Ok(())
    }
}

impl Read for Body<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.chunk.len() {
            match self.next_chunk() {
                Err(KustoError::Cut { .. }) => return Ok(0),
                Err(fault) => {
                    self.fault = Some(fault);
                    return Err(io::ErrorKind::Other.into());
                }
                Ok(()) => (),
            }
        }
        let count = (&self.chunk[self.at..]).read(buffer)?;
        self.at += count;
        Ok(count)
    }
}

/// The beginning of `text` on one line.
fn shorten(text: &str, most: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
