"""Reads from the fake cluster with Microsoft's own client and compares with what FlowTime's source read.

    cargo run --package flowtime-telemetry --example fake_cluster   # by this script, as given:
    python check_client.py COMMAND…

COMMAND prints the cluster's address and the rows that our source got, and serves until its input ends.
"""

import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path

from azure.kusto.data import ClientRequestProperties, KustoClient, KustoConnectionStringBuilder

QUERY = Path(__file__).parent.parent / "kql" / "query-page.kql"


def main():
    process = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        url = process.stdout.readline().strip()
        ours = [json.loads(line) for line in iter(process.stdout.readline, "\n")]
        theirs = [plain(row) for row in read(url, sorted({row[1] for row in ours}))]
    finally:
        process.stdin.close()
        process.wait()
    assert len(ours) == 3 * 288, len(ours)
    for mine, other in zip(ours, theirs, strict=True):
        assert [*map(as_time, mine)] == [*map(as_time, other)], f"the clients differ:\n  ours    {mine}\n  theirs  {other}"
    print(f"{len(ours)} rows: both clients read the same")


def read(url, nodes):
    properties = ClientRequestProperties()
    properties.set_parameter("StartTime", "datetime(2025-10-07T00:00:00Z)")
    properties.set_parameter("EndTime", "datetime(2025-10-08T00:00:00Z)")
    properties.set_parameter("Nodes", f"dynamic({json.dumps(nodes)})")
    builder = KustoConnectionStringBuilder.with_aad_user_token_authentication(url, "a-token")
    with KustoClient(builder) as client:
        answer = client.execute("Telemetry", QUERY.read_text(), properties)
    assert answer.errors_count == 0, answer.get_exceptions()
    return answer.primary_results[0]


def plain(row):
    return [value.isoformat() if isinstance(value, datetime) else value for value in row]


def as_time(value):
    """Times as times, to the microsecond that Python knows; all else as it is."""
    try:
        time = datetime.fromisoformat(value)
        return time.timestamp()
    except (TypeError, ValueError):
        return value


main()
