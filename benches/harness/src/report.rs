//! The results as Markdown. Ratios come first, since they hold on other machines too.

use crate::{
    measure::{instructions::Effort, secured::SecuredStarts, warm::Requests},
    run::{Further, Results, Row},
    stats::Summary,
    subject::Subject,
    work::Work,
};

/// The text of a cell without a value to compare with.
const NONE: &str = "–";

/// Returns all tables.
pub fn markdown(results: &Results) -> String {
    let sections = [ratios(results), cold(results), secured(results), warm(results), counts(results), size(results)];
    sections.join("\n")
}

fn ratios(results: &Results) -> String {
    let mut text = table(&[
        "Ratios",
        "start, CPU before the database ÷ hello",
        "start, CPU: Node.js ÷ ours",
        "start and first request, CPU: Node.js ÷ ours",
        "warm, CPU: Node.js ÷ ours",
        "warm, CPU ÷ floor",
        "warm, CPU: Node.js ÷ floor",
        "memory: Node.js ÷ ours",
    ]);
    let hello = results.row(Work::Hello, true);
    for work in Work::FUNCTIONS {
        let Some(own) = results.row(work, true) else { continue };
        let peer = results.row(work, false);
        let over_peer = |value: fn(&Row) -> f64| ratio(peer.map(value), Some(value(own)));
        row(
            &mut text,
            &[
                format!("`{}`", work.binary()),
                ratio(Some(own.starts.cpu_before_database.median), hello.map(|row| row.starts.ready_cpu.median)),
                over_peer(|row| row.starts.ready_cpu.median),
                over_peer(|row| row.starts.whole_cpu.median),
                over_peer(|row| row.requests.cpu.median),
                ratio(Some(own.requests.cpu.median), floor(results, own)),
                ratio(peer.map(|row| row.requests.cpu.median), floor(results, own)),
                over_peer(|row| row.starts.memory.median),
            ],
        );
    }
    text
}

/// Returns the least cost of the function's outside calls: hello, its round trips and its calls.
fn floor(results: &Results, row: &Row) -> Option<f64> {
    let hello = results.row(Work::Hello, true)?.requests.cpu.median;
    let warm = row.own.as_ref()?.counts.warm;
    let times = |count: usize, one: Summary| u32::try_from(count).map_or(f64::NAN, f64::from) * one.median;
    let outside = times(warm.database.round_trips, results.round_trip.cpu) + times(warm.http_calls, results.call.cpu);
    Some(hello + outside)
}

fn cold(results: &Results) -> String {
    let mut text = table(&[
        "Cold start",
        "until `/next`, ms",
        "CPU, ms",
        "CPU before the database, ms",
        "first request, ms",
        "CPU of both, ms",
        "peak memory, MiB",
    ]);
    for Row { subject, starts, .. } in &results.rows {
        let summaries =
            [starts.ready, starts.ready_cpu, starts.cpu_before_database, starts.first, starts.whole_cpu, starts.memory];
        let cells = summaries.map(|summary| summary.spread(2));
        row(&mut text, &[&[subject.name.clone()][..], &cells].concat());
    }
    text
}

fn secured(results: &Results) -> String {
    let mut text =
        table(&["Start, until `/next`", "plain, ms", "TLS and SCRAM, ms", "CPU, plain, ms", "CPU, TLS and SCRAM, ms"]);
    for (subject, starts) in results.rows.iter().filter_map(|row| Some((&row.subject, row.secured.as_ref()?))) {
        let SecuredStarts { plain, secured } = starts;
        let cells = [plain.ready, secured.ready, plain.cpu, secured.cpu].map(|summary| summary.spread(2));
        row(&mut text, &[&[format!("`{}`", subject.name)][..], &cells].concat());
    }
    text
}

fn warm(results: &Results) -> String {
    let mut text = table(&[
        "Warm request",
        "latency, µs",
        "99 of 100 at most",
        "CPU, µs",
        "PostgreSQL's CPU, µs",
        "requests per second and core",
        "peak memory, MiB",
    ]);
    for Row { subject, requests, .. } in &results.rows {
        text.push_str(&requests_row(subject, requests));
    }
    for Further { subject, requests, .. } in &results.further {
        text.push_str(&requests_row(subject, requests));
    }
    for (name, floor) in [("one round trip to PostgreSQL", results.round_trip), ("one call over HTTP", results.call)] {
        let latency = [name.to_owned(), floor.latency.spread(0), format!("{:.0}", floor.latency.p99)];
        let none = [NONE, NONE, NONE].map(str::to_owned);
        row(&mut text, &[&latency[..], &[floor.cpu.spread(0)], &none].concat());
    }
    text
}

fn requests_row(subject: &Subject, requests: &Requests) -> String {
    let mut text = String::new();
    let rate = format!("{:.0}", 1e6 / requests.cpu.median);
    let latency = [subject.name.clone(), requests.latency.spread(0), format!("{:.0}", requests.latency.p99)];
    let cpu = [requests.cpu.spread(0), requests.server_cpu.spread(0), rate];
    row(&mut text, &[&latency[..], &cpu, &[format!("{:.1}", requests.memory)]].concat());
    text
}

fn counts(results: &Results) -> String {
    let mut text = table(&[
        "Counts",
        "round trips",
        "statements",
        "bytes to and from PostgreSQL",
        "HTTP calls",
        "bytes of their bodies",
        "connections opened: PostgreSQL, HTTP",
    ]);
    let functions = results.rows.iter().filter(|row| row.subject.work != Work::Hello);
    let functions = functions.filter_map(|row| Some((&row.subject, row.own.as_ref()?.counts)));
    let further = results.further.iter().map(|further| (&further.subject, further.counts));
    for (subject, counts) in functions.chain(further) {
        for (name, phase) in [("start", counts.start), ("first", counts.first), ("warm", counts.warm)] {
            let database = phase.database;
            row(
                &mut text,
                &[
                    format!("`{}`, {name}", subject.name),
                    database.round_trips.to_string(),
                    database.statements.to_string(),
                    database.bytes.to_string(),
                    phase.http_calls.to_string(),
                    phase.http_bytes.to_string(),
                    format!("{}, {}", database.connections, phase.http_connections),
                ],
            );
        }
    }
    text
}

fn size(results: &Results) -> String {
    let mut text = table(&[
        "Size",
        "stripped binary, MB",
        "zip, MB",
        "crates",
        "instructions per request",
        "allocations per request",
        "system calls per request",
    ]);
    for row_ in &results.rows {
        let Some(sizes) = row_.own.as_ref().and_then(|own| own.sizes.as_ref()) else { continue };
        let size = [megabytes(sizes.size.binary), megabytes(sizes.size.zip), sizes.crates.to_string()];
        row(&mut text, &[&[format!("`{}`", row_.subject.name)][..], &size, &efforts(sizes.effort)].concat());
    }
    for Further { subject, effort, .. } in &results.further {
        let size = [NONE; 3].map(str::to_owned);
        row(&mut text, &[&[format!("`{}`", subject.name)][..], &size, &efforts(*effort)].concat());
    }
    text
}

fn efforts(effort: Option<Effort>) -> [String; 3] {
    let numbers = [
        effort.map(|effort| effort.instructions),
        effort.map(|effort| effort.allocations),
        effort.and_then(|effort| effort.system_calls),
    ];
    numbers.map(|number| number.map_or(NONE.to_owned(), |number| number.to_string()))
}

fn table(head: &[&str]) -> String {
    format!("| {} |\n|---|{}\n", head.join(" | "), "--:|".repeat(head.len() - 1))
}

fn row(text: &mut String, cells: &[String]) {
    text.push_str(&format!("| {} |\n", cells.join(" | ")));
}

fn ratio(one: Option<f64>, other: Option<f64>) -> String {
    one.zip(other).map_or(NONE.to_owned(), |(one, other)| format!("**{:.1}**", one / other))
}

fn megabytes(bytes: usize) -> String {
    format!("{:.2}", u32::try_from(bytes).map_or(f64::NAN, f64::from) / 1e6)
}
