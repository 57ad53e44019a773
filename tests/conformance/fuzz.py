"""Sends made-up requests to every operation of the document, which is the one argument; none may be answered with a
5xx, nor with a body that its schema does not allow. The seed is fixed, so a run finds what the one before found."""

import json
import os
import pathlib
import subprocess
import sys

from checks import api, send_file

# What a request would end stays, so that the others have something to work on.
ENDING = [
    "session_stop",
    "vault_delete",
    "persona_delete",
    "profile_delete",
    "function_delete",
    "agent_stop",
    "delete_session_file",
]


def ids():
    """Something of everything, so that not every answer is a 404."""
    session = api("POST", "/sessions/start", {"idle_timeout_minutes": 30, "max_duration_minutes": 600})["session_id"]
    script = json.dumps([{"type": "goto", "url": "about:blank"}])
    agent = {"session_id": session, "task": script, "reasoning_model": "local/script"}
    return {
        "session_id": session,
        "agent_id": api("POST", "/agents/start", agent)["agent_id"],
        "vault_id": api("POST", "/vaults/create", {})["vault_id"],
        "persona_id": api("POST", "/personas/create", {"create_vault": True})["persona_id"],
        "profile_id": api("POST", "/profiles/create", {})["profile_id"],
        "function_id": send_file("/functions", "job.py", "def run():\n    return 1\n")["function_id"],
        "file_id": send_file(f"/sessions/{session}/files", "order.txt", "two of each")["id"],
    }


def table(entries):
    """TOML's strings are JSON's."""
    return "".join(f'"path.{name}" = {json.dumps(value)}\n' for name, value in entries.items())


def as_answered(part):
    """The API answers `null` for what is not there, and fractions of seconds: neither is in the document, which also
    tells the variants of a union by a tag that no schema has."""
    if isinstance(part, list):
        return [as_answered(item) for item in part]
    if not isinstance(part, dict):
        return part
    part = {name: as_answered(value) for name, value in part.items() if (name, value) != ("format", "duration")}
    if "x-notte-union" in part and "oneOf" in part:
        part["anyOf"] = part.pop("oneOf")
    if isinstance(part.get("properties"), dict):
        needed = part.get("required", [])
        for name, schema in part["properties"].items():
            if name not in needed:
                part["properties"][name] = {"nullable": True, "allOf": [schema]}
    return part


def main(document):
    known = ids()
    answered = pathlib.Path("answered.json")
    answered.write_text(json.dumps(as_answered(json.loads(pathlib.Path(document).read_text()))))
    config = pathlib.Path("schemathesis.toml")
    ending = f"\n[[operations]]\ninclude-operation-id = {json.dumps(ENDING)}\n[operations.parameters]\n"
    config.write_text("[parameters]\n" + table(known) + ending + table(dict.fromkeys(known, "another")))
    command = [pathlib.Path(sys.executable).with_name("schemathesis"), "--config-file", config, "run", answered]
    command += ["--url", os.environ["NOTTE_API_URL"], "-H", f"Authorization: Bearer {os.environ['NOTTE_API_KEY']}"]
    command += ["--checks", "not_a_server_error,response_schema_conformance", "--phases", "examples,coverage,fuzzing", "--max-examples", "20"]
    command += ["--seed", "1", "--request-timeout", "60", "--suppress-health-check", "all", "--warnings", "off"]
    ended = subprocess.run(command).returncode
    status = api("GET", f"/sessions/{known['session_id']}")["status"]
    print(f"the session that all of it went to is {status}")
    return ended or status != "active"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
