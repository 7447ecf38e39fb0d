#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The compose file of examples/cruddur/deploy: accepted by docker-compose (or `docker compose`), its Collectors of the release
that the tests run, and what it sets for them accepted by that Collector and read by their configurations. Its services send to its
X-Ray daemon, and X-Ray's rule and group of examples/cruddur/aws are for the one of that name.
"""
import json
import pathlib
import re
import shutil
import subprocess
import sys

import collector
import outcome
import processes

COLLECTORS = {"agent": "agent.yaml", "gateway-1": "gateway.yaml", "gateway-2": "gateway.yaml"}
GIVEN = {"HONEYCOMB_API_KEY": "interop-key", "AWS_REGION": "eu-central-1"}


def compose_command():
    for command in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(command[0]) and subprocess.run([*command, "version"], capture_output=True).returncode == 0:
            return command
    raise outcome.Unavailable("neither `docker compose` nor `docker-compose` is there to check compose.yaml with "
                              "(Debian: docker-compose)")


def run(command, given):
    clean = {name: value for name, value in processes.clean_environment().items() if name not in GIVEN}
    return subprocess.run([str(part) for part in command], env={**clean, **given}, capture_output=True, text=True)


def services(text):
    """{service: {"image": …, "environment": {…}}} of what `config` prints, which has one shape: two spaces a level."""
    found, service, section = {}, None, None
    for line in text.splitlines():
        indent, (key, _, value) = len(line) - len(line.lstrip()), line.strip().partition(": ")
        value = value.strip("'\"")
        key = key.rstrip(":")
        if indent == 0:
            top = key
        elif indent == 2 and top == "services":
            service = found.setdefault(key, {"image": "", "environment": {}})
        elif indent == 4 and top == "services":
            section = key
            if key == "image":
                service["image"] = value
        elif indent == 6 and top == "services" and section == "environment":
            service["environment"][key] = value
    return found


def check():
    deploy = pathlib.Path(sys.argv[1]).absolute()
    config = [*compose_command(), "--file", deploy / "compose.yaml", "config"]
    accepted = run(config, GIVEN)
    if accepted.returncode != 0:
        return [f"compose.yaml is refused: {accepted.stderr.strip()}"]
    complaints = []
    for name in GIVEN:
        refused = run(config, {key: value for key, value in GIVEN.items() if key != name})
        if refused.returncode == 0 or "set it to the" not in refused.stderr:
            complaints.append(f"without {name} it should be refused with a sentence, but said {refused.stderr.strip()!r}")

    found = services(accepted.stdout)
    if set(found) != {"backend", "profiles", "xray-daemon", *COLLECTORS}:
        return complaints + [f"its services are {sorted(found)}"]
    asked = found["backend"]["environment"].get("CRUDDUR_PROFILES_URL")
    listens = f"http://profiles:{found['profiles']['environment'].get('PORT')}"
    if asked != listens:
        complaints.append(f"backend asks {asked} for profiles, which listens on {listens}")
    aws = deploy.parent / "aws"
    rule = json.loads((aws / "sampling-rule.json").read_text())["SamplingRule"]
    group = json.loads((aws / "group.json").read_text())
    known_as = found["backend"]["environment"].get("OTEL_SERVICE_NAME")
    if rule["ServiceName"] != known_as or group["FilterExpression"] != f'service("{known_as}")':
        complaints.append(f"X-Ray's rule is for {rule['ServiceName']}, its group {group['FilterExpression']}, the service {known_as}")
    complaints += [f"{each} sends segments to {found[each]['environment'].get('AWS_XRAY_DAEMON_ADDRESS')}"
                   for each in ("backend", "profiles")
                   if found[each]["environment"].get("AWS_XRAY_DAEMON_ADDRESS") != "xray-daemon:2000"]
    binary = collector.find_or_build()
    for name, file in COLLECTORS.items():
        service = found[name]
        if service["image"] != f"otel/opentelemetry-collector-contrib:{collector.VERSION}":
            complaints.append(f"{name} runs {service['image']}, but the tests run {collector.VERSION}")
        if f"/{file}:" not in accepted.stdout and f"/{file}\n" not in accepted.stdout:
            complaints.append(f"{file} is mounted nowhere")
        read = set(re.findall(r"\$\{env:(\w+)", (deploy / file).read_text()))
        complaints += [f"{name} is given {each}, which {file} does not read" for each in set(service["environment"]) - read]
        valid = run([binary, "validate", f"--config=file:{deploy / file}"], service["environment"])
        if valid.returncode != 0:
            complaints.append(f"the Collector refuses {file} as {name}: {valid.stderr.strip()[-500:]}")
    return complaints


if __name__ == "__main__":
    sys.exit(outcome.of("interop_compose", check))
