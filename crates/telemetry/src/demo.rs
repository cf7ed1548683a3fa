//! Telemetry of a small system for people who have none: events, metrics and mapping of three services and two queues,
//! with a lunchtime spike, a retry storm, ten minutes without events, duplicates and late arrivals. A seed gives the same
//! bytes on every machine; memory does not grow with the number of days. The folder appears whole or not at all.

mod dice;
mod events;
mod system;
#[cfg(test)]
mod tests;

use std::io::{self, Write};
use std::path::Path;
use std::sync::atomic::AtomicBool;

use flowtime_files::{FileError, Staging};
use jiff::{SignedDuration, Timestamp};

use dice::Dice;
use events::Event;
use system::{DAY, SERVICES, Service};

/// Events of a day, unless asked for more or less.
pub const EVENTS: u64 = 150_000;
/// 2025-10-07T00:00:00Z, in seconds since 1970.
const START: i64 = 1_759_795_200;
/// Events of a message, in thousandths: two, and more for those that come again or twice.
const EVENTS_PER_MESSAGE: u64 = 2_060;
const RESOURCE: &str = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/demo/providers/\
                        Microsoft.ServiceBus/namespaces/demo";

/// How events are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EventFormat {
    /// Lines of JSON.
    #[default]
    Ndjson,
    /// CSV, with the custom dimensions as JSON in a cell.
    Csv,
}

impl EventFormat {
    /// The name of the file of events.
    pub fn file(self) -> &'static str {
        match self {
            EventFormat::Ndjson => "events.ndjson",
            EventFormat::Csv => "events.csv",
        }
    }
}

/// What is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Demo {
    /// How many days, from 2025-10-07 on.
    pub days: u32,
    /// What chance begins with.
    pub seed: u64,
    /// About how many events a day.
    pub events: u64,
    /// Whether one message in a hundred stands for all.
    pub sampling: bool,
    /// How events are written.
    pub format: EventFormat,
}

/// What was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Made {
    /// Lines of events.
    pub events: u64,
    /// Lines of metrics.
    pub metrics: u64,
    /// The first day's start.
    pub start: Timestamp,
}

impl Demo {
    fn dice(&self) -> Dice {
        Dice::new(self.seed)
    }

    fn services(&self) -> [Service; 3] {
        let messages = self.events.saturating_mul(1_000) / EVENTS_PER_MESSAGE;
        let mut numbers = 0..;
        SERVICES.each_ref().map(|spec| Service::new(spec, numbers.next().unwrap_or(0), messages, self.dice()))
    }
}

/// Writes the telemetry to the new folder `out`. `progress` hears how many events there are; setting `stop` ends it.
///
/// # Errors
/// The folder can't be written, or is there already.
pub fn write(out: &Path, demo: &Demo, progress: &dyn Fn(u64), stop: Option<&AtomicBool>) -> Result<Made, FileError> {
    let taken = |kind: io::ErrorKind| FileError::Write { path: out.to_owned(), source: kind.into() };
    let name = out.file_name().ok_or_else(|| taken(io::ErrorKind::InvalidInput))?.to_string_lossy();
    let root = out.parent().filter(|root| !root.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if out.symlink_metadata().is_ok() {
        return Err(taken(io::ErrorKind::AlreadyExists));
    }
    let staging = Staging::create(root, &name, false, stop)?.ok_or_else(|| taken(io::ErrorKind::ResourceBusy))?;
    let (mut events, mut metrics) = (0, 0);
    staging.file(demo.format.file(), |out| {
        events = write_events(demo, out, progress)?;
        Ok(())
    })?;
    staging.file("metrics.csv", |out| {
        metrics = write_metrics(demo, out)?;
        Ok(())
    })?;
    staging.file("mapping.csv", |out| out.write_all(mapping().as_bytes()))?;
    staging.publish(out)?;
    Ok(Made { events, metrics, start: at(0) })
}

fn write_events(demo: &Demo, out: &mut dyn Write, progress: &dyn Fn(u64)) -> io::Result<u64> {
    let mut count = 0;
    if demo.format == EventFormat::Csv {
        out.write_all(b"timestamp,name,customDimensions,itemCount\n")?;
    }
    events::each(demo, |event| {
        count += 1;
        if count % 4_096 == 0 {
            progress(count);
        }
        write_event(event, demo.format, out)
    })?;
    Ok(count)
}

fn write_event(event: &Event, format: EventFormat, out: &mut dyn Write) -> io::Result<()> {
    let Event { message, name, duration, weight, .. } = event;
    let spec = event.service();
    let time = at(event.time);
    let queue = spec.queue.map(|queue| format!(r#","queueName":"{queue}""#)).unwrap_or_default();
    let took = if *duration > 0 { format!(r#","duration":"{duration}""#) } else { String::new() };
    let dimensions = format!(r#"{{"node":"{}","messageId":"{}-{message:09}"{queue}{took}}}"#, spec.node, spec.prefix);
    match format {
        EventFormat::Ndjson => writeln!(
            out,
            r#"{{"timestamp":"{time:.3}","name":"{name}","customDimensions":{dimensions},"cloud_RoleName":"{}","itemCount":{weight}}}"#,
            spec.node
        ),
        EventFormat::Csv => writeln!(out, "{time:.3},{name},\"{}\",{weight}", dimensions.replace('"', "\"\"")),
    }
}

fn write_metrics(demo: &Demo, out: &mut dyn Write) -> io::Result<u64> {
    out.write_all(b"TimeGenerated,ResourceId,EntityName,MetricName,Total,Average,TimeGrain\n")?;
    let (mut services, mut attempts, mut count) = (demo.services(), Vec::new(), 0);
    for minute in 0..u64::from(demo.days) * DAY {
        let time = at(minute * 60_000);
        for service in &mut services {
            let now = service.live(minute, &mut attempts);
            let Some(queue) = service.spec.queue else {
                continue;
            };
            let depth = format!("{}.{}", now.twice_depth / 2, now.twice_depth % 2 * 5);
            let (incoming, completed) = (now.incoming, now.completed);
            writeln!(out, "{time},{RESOURCE},{queue},IncomingMessages,{incoming},{incoming},PT1M")?;
            writeln!(out, "{time},{RESOURCE},{queue},CompleteMessage,{completed},{completed},PT1M")?;
            writeln!(out, "{time},{RESOURCE},{queue},ActiveMessages,{depth},{depth},PT1M")?;
            count += 3;
        }
    }
    Ok(count)
}

fn mapping() -> String {
    let mut text = "node,inputQueue\n".to_owned();
    for spec in &SERVICES {
        text.extend(spec.queue.map(|queue| format!("{},{queue}\n", spec.node)));
    }
    text
}

/// The time so many milliseconds after the start.
fn at(milliseconds: u64) -> Timestamp {
    let after = SignedDuration::from_millis(i64::try_from(milliseconds).unwrap_or(i64::MAX));
    let start = Timestamp::from_second(START).unwrap_or(Timestamp::UNIX_EPOCH);
    start.saturating_add(after).unwrap_or(start)
}
